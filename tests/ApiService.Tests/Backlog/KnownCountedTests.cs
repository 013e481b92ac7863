using CloudNative.ApiService.Backlog;
using CloudNative.Metering.Events;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudNative.ApiService.Tests.Backlog;

public sealed class KnownCountedTests(TestApi api) : IAsyncDisposable
{
    private static readonly PartitionLog Log = new(Partition: 0, Low: 10, High: 100);
    private static readonly Dictionary<int, long> Committed = new() { [0] = 60 };

    private readonly StreamIdentity _stream = new(UsageEventTopic.Name, Guid.NewGuid().ToString());
    private readonly NpgsqlDataSource _away = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Pooling=false");
    private readonly NpgsqlDataSource _database = NpgsqlDataSource.Create(api.Database);
    private readonly List<string> _asked = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_DatabaseNeverReached_TakesWhatTheGroupCommittedForCounted()
    {
        var counted = Known(_away, group: "mine");
        await ReadAsync(counted, Committed);

        Assert.Equal((60, false), (counted.FirstUncounted(Log), counted.IsExact));
        Assert.Equal(10, counted.FirstUncounted(Log with { Partition = 1 }));
        await ReadAsync(counted, new() { [0] = 70 });
        Assert.Equal(70, counted.FirstUncounted(Log));
        await ReadAsync(counted, committed: null);
        Assert.Equal(70, counted.FirstUncounted(Log));
        Assert.Equal(["mine", "mine", "mine"], _asked);
    }

    [Fact]
    public async Task ReadAsync_NeitherTells_TakesNothingForCountedUntilOneDoes()
    {
        var counted = Known(_away);
        await ReadAsync(counted, committed: null);
        Assert.Equal((Log.Low, false), (counted.FirstUncounted(Log), counted.IsExact));

        await ReadAsync(counted, Committed);
        Assert.Equal(60, counted.FirstUncounted(Log));
    }

    [Fact]
    public async Task ReadAsync_DatabaseTells_DoesNotAskTheGroup()
    {
        var stream = await IngestOffsets.OpenStreamAsync(_database, _stream, mayBeReplaced: true, Token);
        await IngestOffsets.TakeOverAsync(_database, stream, partition: 0, earliest: 80, latest: 80, Token);
        var counted = Known(_database);
        await ReadAsync(counted, Committed);
        Assert.Equal((80, true), (counted.FirstUncounted(Log), counted.IsExact));

        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Forget_AnotherTopic_TakesNothingForCounted()
    {
        var counted = Known(_away);
        await ReadAsync(counted, Committed);
        counted.Forget();
        await ReadAsync(counted, committed: null);

        Assert.Equal(Log.Low, counted.FirstUncounted(Log));
    }

    public async ValueTask DisposeAsync()
    {
        await _away.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static KnownCounted Known(NpgsqlDataSource database, string group = UsageEventTopic.CountingGroup) =>
        new(database, Options.Create(new BacklogOptions { GroupId = group }), NullLogger<KnownCounted>.Instance);

    /// <summary>Null is a broker that does not tell.</summary>
    private Task ReadAsync(KnownCounted counted, Dictionary<int, long>? committed) => counted.ReadAsync(
        _stream,
        (group, _) =>
        {
            _asked.Add(group);
            return committed is null
                ? Task.FromException<IReadOnlyDictionary<int, long>>(new KafkaException(ErrorCode.GroupAuthorizationFailed))
                : Task.FromResult<IReadOnlyDictionary<int, long>>(committed);
        },
        Token);
}
