using CloudNative.Metering.Database;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.DeadLetters;

public sealed class TenantlessLetterTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sql_OfTheDecision_ListsTheLettersOfNoTenantAlone()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var claim = await database.TakeOverAsync(0);
        var named = database.Record(0, "x") with { Event = null, Rejection = new Rejection(DeadLetterReason.InvalidEvent, "id: is required") };
        var unnamed = named with { Offset = 1, TenantId = default, Value = new byte[] { 0xff, 0x00, (byte)'x' } };
        var stranger = database.Record(2, "y") with { TenantId = Ulid.NewUlid() };
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, named, unnamed, stranger)], Cancellation);

        await using var command = database.Source.CreateCommand(await SqlAsync());
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var listed = new List<(long Offset, Guid Tenant)>();
        while (await reader.ReadAsync(Cancellation))
            listed.Add((reader.GetInt64(reader.GetOrdinal("offset")), reader.GetGuid(reader.GetOrdinal("tenant_id"))));

        Assert.Equal([(1, Guid.Empty), (2, stranger.TenantId.ToUuid())], listed.Order());
    }

    private static async Task<string> SqlAsync()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CloudNative.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"No CloudNative.sln above {AppContext.BaseDirectory}");
        var decision = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "docs", "decisions", "0016-what-the-books-say.md"), Cancellation);
        return decision.Split("```sql")[1].Split("```")[0];
    }
}
