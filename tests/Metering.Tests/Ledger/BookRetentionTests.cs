using CloudNative.Metering.Ledger;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Ledger;

public sealed class BookRetentionTests(TestServers servers)
{
    private static readonly DateTimeOffset Noon = MeteringDatabase.Noon;
    private static readonly DateTimeOffset Midnight = Noon.AddHours(-12);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_BooksOfDaysBefore_AreDeletedAndItIsNoted()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        foreach (var minute in (DateTimeOffset[])[Midnight.AddMinutes(-1), Midnight, Noon])
        {
            await database.ExecuteAsync($"""
                insert into ledger (tenant_id, minute, stream_id, partition, received, counted, duplicates, unmatched, dead_lettered) select id, '{minute:O}', 1, 0, 1, 1, 0, 0, 0 from tenants;
                insert into acknowledged select id, '{minute:O}', gen_random_uuid(), 1 from tenants;
                insert into recounts (tenant_id, hour, received, checked_at, differences, detail) select id, '{minute:O}', 1, now(), 0, '' from tenants
                """);
        }

        await RunAsync(database, Noon);
        await RunAsync(database, Noon.AddDays(-1));

        foreach (var (table, time) in (ValueTuple<string, string>[])[("ledger", "minute"), ("acknowledged", "minute"), ("recounts", "hour")])
            Assert.Equal(2, await database.ScalarAsync($"select count(*) from {table} where {time} >= '{Midnight:O}' having count(*) = (select count(*) from {table})"));
        Assert.Equal(new LedgerBounds(null, Midnight), await LedgerBounds.ReadAsync(database.Source, Cancellation));
    }

    [Fact]
    public async Task Run_NothingIsThatOld_NotesNothing()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.ExecuteAsync($"insert into acknowledged select id, '{Noon:O}', gen_random_uuid(), 1 from tenants");

        await RunAsync(database, Noon);

        Assert.Null((await LedgerBounds.ReadAsync(database.Source, Cancellation)).KeptFrom);
    }

    [Theory]
    [InlineData("open", true, -13, 1)]
    [InlineData("repaired", true, -13, 1)]
    [InlineData("replayed", true, -13, 0)]
    [InlineData("discarded", true, -13, 0)]
    [InlineData("discarded", true, -11, 1)]
    [InlineData("open", false, -13, 0)]
    [InlineData("open", false, -11, 1)]
    public async Task Run_DeadLetters_StayUntilTheyAreOldAndDecided(string state, bool hasTenant, int storedAfterNoon, int left)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await database.ExecuteAsync($"""
            insert into dead_letters (id, stream_id, partition, "offset", tenant_id, ingested_at, stored_at, reason, detail, value, state)
            select gen_random_uuid(), 1, 0, 0, {(hasTenant ? "id" : "gen_random_uuid()")}, '{Midnight.AddDays(-1):O}', '{Noon.AddHours(storedAfterNoon):O}', 'invalid_event', '', '', '{state}' from tenants
            """);

        await RunAsync(database, Noon);

        Assert.Equal(left, await database.ScalarAsync("select count(*) from dead_letters"));
    }

    private static Task RunAsync(MeteringDatabase database, DateTimeOffset outlived) => new BookRetention(database.Source).RunAsync(outlived, Cancellation);
}
