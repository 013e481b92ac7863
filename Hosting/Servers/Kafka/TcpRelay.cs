using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>
/// Passes every connection to one port on to another. librdkafka's cluster listens where the kernel puts it and can't be told a port;
/// clients need one that is known before the start.
/// </summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly CancellationTokenSource _stopping = new();
    private Task _accepting = Task.CompletedTask;

    private TcpRelay(IPEndPoint listen, IPEndPoint target)
    {
        _listener = new TcpListener(listen);
        _target = target;
    }

    /// <exception cref="SocketException">The port is taken.</exception>
    public static TcpRelay Start(IPEndPoint listen, IPEndPoint target)
    {
        var relay = new TcpRelay(listen, target);
        relay._listener.Start();
        relay._accepting = relay.AcceptAsync();
        return relay;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
            _ = RelayAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
    }

    private async Task RelayAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            try
            {
                await server.ConnectAsync(_target, _stopping.Token);
                client.NoDelay = server.NoDelay = true;
                // Whichever side closes first ends both directions, as with one connection.
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream(), BufferSize, _stopping.Token),
                    server.GetStream().CopyToAsync(client.GetStream(), BufferSize, _stopping.Token));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The broker is down: the client sees its connection closed.
            }
        }
    }
}
