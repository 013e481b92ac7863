using CloudNative.ApiService.Events;
using CloudNative.Tests;
using Confluent.Kafka;

namespace CloudNative.ApiService.Tests.Events;

public sealed class SharedProducerTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Retire_WhileInUse_IsDisposedOnlyAfterwards()
    {
        var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = "127.0.0.1:1" }).SetLogHandler((_, _) => { }).Build();
        var shared = new SharedProducer(producer);

        Assert.True(shared.TryUse(used =>
        {
            shared.Retire();
            Assert.Same(producer, used);
            // Asks the native client: it is still there.
            Assert.Contains("producer", used.Name, StringComparison.Ordinal);
        }));

        Assert.False(shared.TryUse(_ => Assert.Fail("A retired producer was lent.")));
        await Eventually.GetAsync(_ => Task.FromResult(IsDisposed(producer)), disposed => disposed, "the producer is disposed")
            .WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Retire_RecordThatWaitsForTheBroker_IsAnsweredForAllTheSame()
    {
        var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = "127.0.0.1:1", MessageTimeoutMs = 500 })
            .SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        var shared = new SharedProducer(producer);
        var answered = new TaskCompletionSource<ErrorCode>();
        Assert.True(shared.TryUse(used => used.Produce("t", new Message<byte[], byte[]>(), report => answered.SetResult(report.Error.Code))));

        shared.Retire();

        Assert.Equal(ErrorCode.Local_MsgTimedOut, await answered.Task.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken));
    }

    private static bool IsDisposed(IProducer<byte[], byte[]> producer)
    {
        try
        {
            producer.Flush(TimeSpan.Zero);
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
