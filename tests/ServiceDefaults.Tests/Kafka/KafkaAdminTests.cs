using System.Reflection;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.ServiceDefaults.Tests.Kafka;

public sealed class KafkaAdminTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Dispose_QuestionThatWasGivenUpStillRuns_DisposesTheClientWhenItReturned()
    {
        var client = SlowClient.Create();
        var admin = new KafkaAdmin(client);
        using var givingUp = new CancellationTokenSource();
        var asking = admin.GetMetadataAsync(topic: null, Deadline, givingUp.Token);
        await givingUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        admin.Dispose();

        var slow = (SlowClient)client;
        Assert.False(slow.Disposed.IsCompleted, "The client is gone while a question runs.");
        slow.Answer();
        await slow.Disposed.WaitAsync(Deadline, Cancellation);
    }

    [Fact]
    public async Task GetMetadata_Disposed_Throws()
    {
        var admin = new KafkaAdmin(SlowClient.Create());
        admin.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => admin.GetMetadataAsync(topic: null, Deadline, Cancellation));
    }

    [Fact]
    public async Task GetTopicSettings_ClientThatNeverAnswers_FailsAsOneThatTimedOut()
    {
        using var admin = new KafkaAdmin(SlowClient.Create());

        var failure = await Assert.ThrowsAsync<KafkaException>(
            () => admin.GetTopicSettingsAsync("t", TimeSpan.FromMilliseconds(1), Cancellation).WaitAsync(Deadline, Cancellation));

        Assert.Equal(ErrorCode.Local_TimedOut, failure.Error.Code);
    }

    [Fact]
    public async Task GetMetadata_ClientThatNeverAnswers_FailsAsOneThatTimedOut()
    {
        var client = SlowClient.Create();
        using var admin = new KafkaAdmin(client);

        var failure = await Assert.ThrowsAsync<KafkaException>(
            () => admin.GetMetadataAsync("t", TimeSpan.FromMilliseconds(1), Cancellation).WaitAsync(Deadline, Cancellation));

        Assert.Equal(ErrorCode.Local_TimedOut, failure.Error.Code);
        ((SlowClient)client).Answer();
    }

    [Fact]
    public async Task GetCommitted_SomePartitions_TellsThoseThatWereCommitted()
    {
        using var cluster = new KafkaCluster();
        using var admin = new KafkaAdmin(new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).Build());
        List<TopicPartition> partitions = [new("topic", 0), new("topic", 1)];
        using (var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers }).Build())
            await producer.ProduceAsync(partitions[1], new Message<Null, string> { Value = "one" }, Cancellation);
        Assert.Empty(await admin.GetCommittedAsync("group", partitions, Deadline, Cancellation));

        using (var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = "group" }).Build())
            consumer.Commit([new TopicPartitionOffset(partitions[1], 1)]);

        Assert.Equal([new KeyValuePair<int, long>(1, 1)], await admin.GetCommittedAsync("group", partitions, Deadline, Cancellation));
    }

    /// <summary>Answers when it is told to. The real client's memory can't be looked at after it is freed.</summary>
#pragma warning disable CA1852 // The proxy derives from it.
    private class SlowClient : DispatchProxy
#pragma warning restore CA1852
    {
        private readonly TaskCompletionSource _answered = new();
        private readonly TaskCompletionSource _disposed = new();

        public Task Disposed => _disposed.Task;

        public static IAdminClient Create() => Create<IAdminClient, SlowClient>();

        public void Answer() => _answered.SetResult();

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            switch (targetMethod?.Name)
            {
                case nameof(IAdminClient.DescribeConfigsAsync):
                    return new TaskCompletionSource<List<DescribeConfigsResult>>().Task;
                case nameof(IDisposable.Dispose):
                    _disposed.SetResult();
                    return null;
                default:
                    _answered.Task.Wait(Deadline);
                    return null;
            }
        }
    }
}
