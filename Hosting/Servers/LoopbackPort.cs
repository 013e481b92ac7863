using System.Net;
using System.Net.Sockets;

namespace Aspire.Hosting.Servers;

/// <summary>A port of this machine that a server is about to open.</summary>
internal static class LoopbackPort
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Completes when someone listens.</summary>
    public static async Task WaitUntilOpenAsync(int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(ProbeInterval, cancellationToken);
            }
        }
    }
}
