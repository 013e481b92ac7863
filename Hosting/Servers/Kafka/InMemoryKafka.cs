using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>
/// librdkafka's own cluster in a process of its own. It ends when its standard input does, and takes the fault commands
/// of <see cref="FaultCommands"/> there.
/// </summary>
internal sealed class InMemoryKafka(KafkaOptions options) : ILocalServer
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken) =>
        Task.FromResult(EngineProgram.Spec(InMemoryKafkaProgram.Verb, options.Port.ToString(), string.Join(',', options.Topics)) with { KeepInputOpen = true });

    /// <summary>The port is opened when the topics are there.</summary>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, options.Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(ProbeInterval, cancellationToken);
            }
        }
    }
}
