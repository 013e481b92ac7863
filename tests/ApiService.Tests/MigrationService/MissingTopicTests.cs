using Aspire.Hosting;
using Aspire.Hosting.Testing;
using CloudNative.Metering.Events;
using Confluent.Kafka;

namespace CloudNative.ApiService.Tests.MigrationService;

/// <summary>A broker of the test's own, which has no topic yet.</summary>
public sealed class MissingTopicTests(TestApi api)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_BrokerThatCreatesNoTopics_SaysWhatToCreate()
    {
        Assert.SkipWhen(IsApacheKafka, "The broker is an Apache Kafka, which creates topics.");
        await using var broker = await StartBrokerAsync();

        var run = await RunAsync(broker);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("and did not create it", run.Output, StringComparison.Ordinal);
        Assert.Contains($"Create it with {UsageEventTopic.Partitions} partitions", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ApacheKafka_CreatesTheTopic()
    {
        Assert.SkipUnless(IsApacheKafka, "CLOUDNATIVE_KAFKA_HOME is not set: the broker is librdkafka's own, which creates no topics.");
        await using var broker = await StartBrokerAsync();

        var runs = await Task.WhenAll(RunAsync(broker), RunAsync(broker));

        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Output));
        var address = await broker.GetConnectionStringAsync("kafka", Token);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = address }).Build();
        var topic = Assert.Single(admin.GetMetadata(Deadline).Topics, topic => topic.Topic == UsageEventTopic.Name);
        Assert.Equal(UsageEventTopic.Partitions, topic.Partitions.Count);
    }

    private static bool IsApacheKafka => Environment.GetEnvironmentVariable("CLOUDNATIVE_KAFKA_HOME") is { Length: > 0 };

    private static async Task<DistributedApplication> StartBrokerAsync()
    {
        var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddKafka("kafka");
        var application = await builder.BuildAsync(Token);
        await application.StartAsync(Token);
        await application.ResourceNotifications.WaitForResourceHealthyAsync("kafka", Token).WaitAsync(Deadline, Token);
        return application;
    }

    private async Task<(int ExitCode, string Output)> RunAsync(DistributedApplication broker) => await MigrationProcess.RunAsync(
        await api.Servers.CreateDatabaseAsync(Token),
        (await broker.GetConnectionStringAsync("kafka", Token))!,
        "Production",
        key: null,
        Token);
}
