using Aspire.Hosting.Servers.Kafka;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.Hosting.Tests.Servers;

public sealed class InMemoryKafkaTests
{
    private const string Topic = "usage-events";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadyAsync_StartedServer_HasItsTopicsAndCarriesRecords()
    {
        var port = Ports.Free();
        await using var running = await StartAsync(port);

        Assert.Equal(12, KafkaTraffic.PartitionsOf(port, Topic));
        await KafkaTraffic.ProduceAsync(port, Topic, 1000, Token);
        var values = KafkaTraffic.Consume(port, Topic, 1000, Token);

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"value-{i}").Order(), values.Order());
    }

    [Fact]
    public async Task ReadyAsync_StartedServer_TellsItsIdentity()
    {
        var port = Ports.Free();
        await using var running = await StartAsync(port);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = $"127.0.0.1:{port}" }).Build();

        var cluster = await admin.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Deadline }).WaitAsync(Token);
        var topics = await admin
            .DescribeTopicsAsync(TopicCollection.OfTopicNames([Topic]), new DescribeTopicsOptions { RequestTimeout = Deadline })
            .WaitAsync(Token);

        Assert.NotEmpty(cluster.ClusterId);
        Assert.NotEqual(0, topics.TopicDescriptions.Single().TopicId.MostSignificantBits);
    }

    [Fact]
    public async Task Execute_BrokerDownThenUp_RecordsAreSentAfterwards()
    {
        var port = Ports.Free();
        await using var running = await StartAsync(port);
        await SayAsync(running, "down");

        var producing = KafkaTraffic.ProduceAsync(port, Topic, 1, Token);
        Assert.NotSame(producing, await Task.WhenAny(producing, Task.Delay(TimeSpan.FromSeconds(1), Token)));
        await SayAsync(running, "up");

        await producing.WaitAsync(Deadline, Token);
    }

    [Fact]
    public async Task Execute_FailProduce_TheProducerSeesTheError()
    {
        const int messageSizeTooLarge = 10;
        var port = Ports.Free();
        await using var running = await StartAsync(port);
        await SayAsync(running, $"fail 0 {messageSizeTooLarge} 1");

        var refused = await Assert.ThrowsAnyAsync<ProduceException<string, string>>(() => KafkaTraffic.ProduceAsync(port, Topic, 1, Token));

        Assert.Equal(ErrorCode.MsgSizeTooLarge, refused.Error.Code);
        await KafkaTraffic.ProduceAsync(port, Topic, 1, Token);
    }

    [Fact]
    public async Task Execute_NotACommand_SaysSo()
    {
        await using var running = await StartAsync(Ports.Free());

        Assert.Equal("error: 'explode' is no command.", await AskAsync(running, "explode"));
    }

    [Fact]
    public async Task StopAsync_RunningServer_EndsByItself()
    {
        await using var running = await StartAsync(Ports.Free());

        Assert.Equal(0, await running.Process.StopAsync(Deadline, Token));
    }

    private static Task<RunningServer<InMemoryKafka>> StartAsync(int port)
    {
        var options = new KafkaOptions("unused", port, new Dictionary<string, string> { ["KAFKA_CREATE_TOPICS"] = $"{Topic}:12:1" });
        return RunningServer.StartAsync(new InMemoryKafka(options), Token);
    }

    private static async Task SayAsync(RunningServer<InMemoryKafka> running, string command) =>
        Assert.Equal("ok", await AskAsync(running, command));

    private static async Task<string> AskAsync(RunningServer<InMemoryKafka> running, string command)
    {
        await running.Process.WriteLineAsync(command, Token);
        while (true)
        {
            if (await running.NextLineAsync(Token) is var line && !line.StartsWith("Kafka (in memory)", StringComparison.Ordinal))
                return line;
        }
    }
}
