using CloudNative.Metering.Ledger;
using CloudNative.Tests;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace CloudNative.Metering.Tests.Ledger;

public sealed class AcknowledgedEventsTests(TestServers servers)
{
    private readonly FakeTimeProvider _clock = new(MeteringDatabase.Noon);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAsync_CalledAgain_WritesTotalsAndNotSums()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var events = new AcknowledgedEvents(database.Source, _clock);

        events.Add(database.TenantId, MeteringDatabase.Noon.AddSeconds(59.999), 3);
        await events.WriteAsync(Cancellation);
        events.Add(database.TenantId, MeteringDatabase.Noon, 4);
        events.Add(database.TenantId, MeteringDatabase.Noon.AddMinutes(1), 5);
        await events.WriteAsync(Cancellation);
        await events.WriteAsync(Cancellation);

        Assert.Equal(7, await database.ScalarAsync("select events from acknowledged where minute = '2026-03-01T12:00Z'"));
        Assert.Equal(12, await database.ScalarAsync("select sum(events) from acknowledged"));
    }

    [Fact]
    public async Task WriteAsync_TwoProcesses_EachHasItsRow()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);

        foreach (var process in (AcknowledgedEvents[])[new(database.Source, _clock), new(database.Source, _clock)])
        {
            process.Add(database.TenantId, MeteringDatabase.Noon, 2);
            await process.WriteAsync(Cancellation);
        }

        Assert.Equal(2, await database.ScalarAsync("select count(*) from acknowledged"));
        Assert.Equal(4, await database.ScalarAsync("select sum(events) from acknowledged"));
    }

    [Fact]
    public async Task WriteAsync_DatabaseThatWasAway_WritesWhatWasCountedMeanwhile()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var events = new AcknowledgedEvents(database.Source, _clock);
        events.Add(database.TenantId, MeteringDatabase.Noon, 1);
        await ExecuteAsync(database, "alter table acknowledged rename to away");
        await Assert.ThrowsAsync<PostgresException>(() => events.WriteAsync(Cancellation));
        events.Add(database.TenantId, MeteringDatabase.Noon, 1);
        _clock.Advance(TimeSpan.FromHours(1));
        await ExecuteAsync(database, "alter table away rename to acknowledged");

        await events.WriteAsync(Cancellation);

        Assert.Equal(2, await database.ScalarAsync("select sum(events) from acknowledged"));
    }

    [Fact]
    public async Task Trim_MoreRowsThanMayWait_GivesUpTheOldestAndSaysHowMany()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var events = new AcknowledgedEvents(database.Source, _clock);
        for (var minute = 0; minute < AcknowledgedEvents.MaxRows + 2; minute++)
            events.Add(database.TenantId, MeteringDatabase.Noon.AddMinutes(minute), 3);

        Assert.Equal(6, events.Trim());
        Assert.Equal(0, events.Trim());
        events.Add(database.TenantId, MeteringDatabase.Noon, 1);
        Assert.Equal(1, events.Trim());
    }

    private static async Task ExecuteAsync(MeteringDatabase database, string sql)
    {
        await using var command = database.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }
}
