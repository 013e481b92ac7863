using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Servers.Kafka;

namespace CloudNative.Hosting.Tests.Servers;

public sealed class TopicProbeTests
{
    private static readonly TimeSpan Question = TimeSpan.FromSeconds(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadyAsync_SilentBroker_EndsWhenCancelled()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var probe = new TopicProbe(Options(((IPEndPoint)silent.LocalEndpoint).Port)) { MetadataTimeout = Question };
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var started = Stopwatch.GetTimestamp();
        var ready = probe.ReadyAsync(cancellation.Token);
        Assert.False(ready.IsCompleted);
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ready.WaitAsync(Token));
        Assert.True(Stopwatch.GetElapsedTime(started) < Question, "It waited for the answer.");
    }

    // Without topics it asks at once.
    private static KafkaOptions Options(int port) => new("unused", port, new Dictionary<string, string>());
}
