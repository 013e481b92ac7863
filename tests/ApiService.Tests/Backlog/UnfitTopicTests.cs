using System.Net;
using System.Net.Http.Json;
using CloudNative.ApiService.Tests.MigrationService;
using CloudNative.Metering.Events;
using CloudNative.Tests;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace CloudNative.ApiService.Tests.Backlog;

/// <summary>A topic that somebody else made, or changed, on a broker with other defaults.</summary>
public sealed class UnfitTopicTests(TestApi api) : IAsyncLifetime
{
    private ApacheBroker _kafka = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _kafka = await ApacheBroker.StartAsync(
        Token, ("KAFKA_LOG_CLEANUP_POLICY", "compact"), ("KAFKA_LOG_MESSAGE_TIMESTAMP_TYPE", "LogAppendTime"));

    [Fact]
    public async Task Post_TopicThatIsCompacted_IsRefusedUntilThatIsChanged()
    {
        await using var started = api.Another(kafka: _kafka.Address, settings: ("Producer:Timeout", "00:00:09"));
        using var client = started.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", (await api.CreateTenantAsync(Token)).Key);

        Assert.Contains("set up so that events would be lost", await RefusalAsync(client), StringComparison.Ordinal);
        await UntilHealthIsAsync("Unhealthy Topic 'usage-events' has cleanup.policy=compact", client);
        var run = await MigrateAsync();
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("cleanup.policy=compact", run.Output, StringComparison.Ordinal);

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _kafka.Address }).Build();
        var resource = new ConfigResource { Type = ResourceType.Topic, Name = UsageEventTopic.Name };
        await admin.IncrementalAlterConfigsAsync(new()
        {
            [resource] = [new ConfigEntry { Name = "cleanup.policy", Value = "delete", IncrementalOperation = AlterConfigOpType.Set }],
        });
        await Eventually.GetAsync(_ => RefusalAsync(client), refusal => refusal.Length == 0, "events are taken when the topic is no longer compacted");
        await UntilHealthIsAsync("Degraded Topic 'usage-events' has message.timestamp.type=LogAppendTime", client);
        run = await MigrateAsync();
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("message.timestamp.type=LogAppendTime", run.Output, StringComparison.Ordinal);

        await admin.DeleteTopicsAsync([UsageEventTopic.Name]);
        await Eventually.GetAsync(
            _ => Task.FromResult(admin.GetMetadata(TimeSpan.FromSeconds(10)).Topics.Exists(topic => topic.Topic == UsageEventTopic.Name)), isThere => !isThere, "the topic is gone");
        run = await MigrateAsync();
        Assert.True(run.ExitCode == 0, run.Output);
        var made = (await admin.DescribeConfigsAsync([resource]))[0].Entries;
        Assert.Equal(("delete", "CreateTime"), (made["cleanup.policy"].Value, made["message.timestamp.type"].Value));
    }

    public ValueTask DisposeAsync() => _kafka?.DisposeAsync() ?? default;

    private async Task<(int ExitCode, string Output)> MigrateAsync() =>
        await MigrationProcess.RunAsync(await api.Servers.CreateDatabaseAsync(Token), _kafka.Address, "Production", key: null, Token);

    /// <summary>Empty when the event was taken.</summary>
    private static async Task<string> RefusalAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync(
            "/api/v1/events", new { specversion = "1.0", id = Guid.NewGuid(), source = "/a", type = "t", subject = "s" }, Token);
        if (answer.StatusCode == HttpStatusCode.NoContent)
            return "";
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        return (await answer.ReadJsonAsync(Token)).Text("detail")!;
    }

    private static Task<string> UntilHealthIsAsync(string start, HttpClient client) =>
        Eventually.GetAsync(_ => KafkaHealthAsync(client), health => health.StartsWith(start, StringComparison.Ordinal), start);

    private static async Task<string> KafkaHealthAsync(HttpClient client)
    {
        using var answer = await client.GetAsync(new Uri("/api/v1/system/health", UriKind.Relative), Token);
        var kafka = (await answer.ReadJsonAsync(Token)).GetProperty("components").EnumerateArray().Single(component => component.Text("name") == "kafka");
        return $"{kafka.Text("status")} {kafka.Text("description")}";
    }
}
