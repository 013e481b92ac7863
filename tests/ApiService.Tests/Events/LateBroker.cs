using System.Net;
using System.Net.Sockets;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>The way to a real broker: it takes connections from the start, and lets nothing through before <see cref="Answer"/>.</summary>
internal sealed class LateBroker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _answering = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _broker;
    private readonly Task _running;

    public LateBroker(string broker)
    {
        _broker = IPEndPoint.Parse(broker);
        _listener.Start();
        _running = RunAsync();
    }

    public string BootstrapServers => _listener.LocalEndpoint.ToString()!;

    public void Answer() => _answering.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _listener.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await _answering.Task.WaitAsync(_stopping.Token);
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ForwardAsync(TcpClient accepted)
    {
        using var client = accepted;
        using var server = new TcpClient();
        await server.ConnectAsync(_broker, _stopping.Token);
        await Task.WhenAny(
            client.GetStream().CopyToAsync(server.GetStream(), _stopping.Token), server.GetStream().CopyToAsync(client.GetStream(), _stopping.Token));
    }
}
