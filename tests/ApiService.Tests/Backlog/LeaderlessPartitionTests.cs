using System.IO.Hashing;
using System.Net;
using System.Text.Json;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.ApiService.Backlog;
using CloudNative.Metering.Events;
using CloudNative.Tests;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class LeaderlessPartitionTests(TestApi api) : IAsyncLifetime
{
    private const int Led = 0;
    private const int Leaderless = 1;
    private const int Partitions = 2;
    private const int MostRequests = 100;
    private const string Backlogged = "wait to be counted";
    private static readonly string Padding = new('x', 2_000);

    private readonly MockCluster _cluster = MockCluster.Start();
    private ApiFactory _started = null!;
    private Ulid _tenant;
    private HttpClient _client = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster.CreateTopic(new KafkaTopic(UsageEventTopic.Name, Partitions));
        _cluster.SetLeader(UsageEventTopic.Name, Leaderless, isLed: false);
        _started = api.Another(kafka: _cluster.Listener.ToString(), settings: ("Backlog:RetentionBytes", "65536"));
        (_tenant, var key) = await api.CreateTenantAsync(Token);
        _client = _started.CreateClient();
        _client.DefaultRequestHeaders.Authorization = new("Bearer", key);
    }

    [Fact]
    public async Task Post_APartitionHasNoLeader_IsRefusedThereAndTheOthersAreJudgedAsEver()
    {
        await UntilTakenAsync(Led, "a partition with a leader takes events");
        Assert.Contains(Backlogged, await RefusalAsync(Leaderless), StringComparison.Ordinal);

        var requests = 0;
        while (await RefusalAsync(Led) is var refusal && refusal.Length == 0)
            Assert.InRange(++requests, 0, MostRequests);
        Assert.Contains(Backlogged, await RefusalAsync(Led), StringComparison.Ordinal);

        await CountAsync(Led);
        await UntilTakenAsync(Led, "events are taken again, once they are counted");
        _cluster.SetLeader(UsageEventTopic.Name, Leaderless, isLed: true);
        await UntilTakenAsync(Leaderless, "the partition takes events when it has a leader");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _started.DisposeAsync();
        _cluster.Dispose();
    }

    private Task<string> UntilTakenAsync(int partition, string what) =>
        Eventually.GetAsync(async _ => await RefusalAsync(partition), refusal => refusal.Length == 0, what);

    /// <summary>Sends an event to the partition; empty when it was taken.</summary>
    private async Task<string> RefusalAsync(int partition)
    {
        var subject = Enumerable.Range(0, MostRequests).Select(number => $"s{number}")
            .First(subject => Crc32.HashToUInt32(EventRecord.Key(_tenant, subject)) % Partitions == partition);
        var text = JsonSerializer.Serialize(
            new { specversion = "1.0", id = Guid.NewGuid(), source = "/a", type = "t", subject, data = new { padding = Padding } });
        using var answer = await _client.PostAsync(new Uri("/api/v1/events", UriKind.Relative), Json.Content(text), Token);
        if (answer.StatusCode == HttpStatusCode.NoContent)
            return "";
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync(Token);
    }

    /// <summary>As a sink does that has counted all of the partition.</summary>
    private async Task CountAsync(int partition)
    {
        var log = _started.Services.GetRequiredService<TopicLog>();
        var end = (await log.ReadAsync(Token))[partition]!.Value.High;
        await using var database = NpgsqlDataSource.Create(api.Database);
        var stream = await IngestOffsets.OpenStreamAsync(database, await log.IdentifyAsync(Token), mayBeReplaced: true, Token);
        await IngestOffsets.TakeOverAsync(database, stream, partition, end, end, Token);
    }
}
