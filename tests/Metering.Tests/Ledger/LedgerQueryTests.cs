using CloudNative.Metering.Database;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Rollups;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Ledger;

public sealed class LedgerQueryTests(TestServers servers)
{
    private static readonly DateTimeOffset Noon = MeteringDatabase.Noon;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(5, 5, null, LedgerState.Balanced)]
    [InlineData(5, 7, null, LedgerState.Unacknowledged)]
    [InlineData(7, 5, null, LedgerState.Pending)]
    [InlineData(7, 5, "12:01:14.9", LedgerState.Pending)]
    [InlineData(7, 5, "12:01:15", LedgerState.Missing)]
    [InlineData(7, 0, "12:01:15", LedgerState.Missing)]
    [InlineData(0, 5, "12:01:15", LedgerState.Unacknowledged)]
    public async Task Run_OneMinute_ComparesBothSides(long acknowledged, long received, string? countedUntil, LedgerState state)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await AddAsync(database, 0, acknowledged, received);

        var row = Assert.Single(await RunAsync(database, WindowSize.Minute, countedUntil));

        Assert.Equal((acknowledged, received, state), (row.Acknowledged, row.Counts.Received, row.State));
        Assert.Equal(acknowledged - received, row.Missing + row.Pending - row.Unacknowledged);
    }

    [Fact]
    public async Task Run_OneMinutesSurplus_HidesNoOthersLoss()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await AddAsync(database, 0, 10, 9);
        await AddAsync(database, 1, 10, 11);
        await AddAsync(database, 59, 10, 8);

        var row = Assert.Single(await RunAsync(database, WindowSize.Hour, "12:30:00"));

        Assert.Equal((LedgerState.Missing, 1, 2, 1, 30, 28), (row.State, row.Missing, row.Pending, row.Unacknowledged, row.Acknowledged, row.Counts.Received));
        Assert.Equal((Noon, Noon.AddHours(1)), (row.WindowStart, row.WindowEnd));
    }

    private static async Task AddAsync(MeteringDatabase database, int minute, long acknowledged, long received)
    {
        // Two API processes and two partitions: rows are added up.
        await using var command = database.Source.CreateCommand("""
            insert into acknowledged select $1, $2, gen_random_uuid(), n from unnest(array[$3 / 2, $3 - $3 / 2]) n where $3 > 0;
            """);
        command.Parameters.AddWithValue(database.TenantId.ToUuid());
        command.Parameters.AddWithValue(Noon.AddMinutes(minute));
        command.Parameters.AddWithValue(acknowledged);
        await command.ExecuteNonQueryAsync(Cancellation);
        if (received == 0)
            return;
        await using var books = database.Source.CreateCommand("""
            insert into ledger (tenant_id, minute, stream_id, partition, received, counted, duplicates, unmatched, dead_lettered)
            select $1, $2, 1, n.partition, n.events, n.events, 0, 0, 0 from (values (0, $3 / 2), (1, $3 - $3 / 2)) as n (partition, events)
            """);
        books.Parameters.AddWithValue(database.TenantId.ToUuid());
        books.Parameters.AddWithValue(Noon.AddMinutes(minute));
        books.Parameters.AddWithValue(received);
        await books.ExecuteNonQueryAsync(Cancellation);
    }

    private static Task<IReadOnlyList<LedgerRow>> RunAsync(MeteringDatabase database, WindowSize window, string? countedUntil) =>
        new LedgerQuery(database.Source).RunAsync(
            database.TenantId, Noon, Noon.AddDays(1), window,
            countedUntil is null ? null : DateTimeOffset.Parse($"2026-03-01T{countedUntil}Z", System.Globalization.CultureInfo.InvariantCulture), Cancellation);
}
