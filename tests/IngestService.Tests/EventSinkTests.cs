using System.Text;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Tenants;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace CloudNative.IngestService.Tests;

public sealed class EventSinkTests(TestServers servers)
{
    private static readonly Ulid Tenant = Ulid.NewUlid();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 3)]
    [InlineData(8, 7)]
    public async Task Store_OneRecordThatPostgresRefuses_BecomesADeadLetterAndTheRestIsStored(int records, int poison)
    {
        await using var dataSource = NpgsqlDataSource.Create(await CreateDatabaseAsync());
        var stream = await IngestOffsets.OpenStreamAsync(dataSource, new StreamIdentity("usage-events", "t"), false, Cancellation);
        var claim = await IngestOffsets.TakeOverAsync(dataSource, stream, 0, 0, Cancellation);
        var other = await IngestOffsets.TakeOverAsync(dataSource, stream, 1, 0, Cancellation);

        var result = await Sink(dataSource).StoreAsync(
        [
            new PartitionBatch(claim, records, [.. Enumerable.Range(0, records).Select(i => Record(i, $"a{i}", i == poison ? "nul \0 in text" : "acme"))]),
            new PartitionBatch(other, 1, [Record(0, "b", "acme")]),
        ], Cancellation);

        Assert.Equal(new LedgerCounts(records + 1, 0, 0, records, 1), result.Counts);
        Assert.Equal(poison, await ScalarAsync(dataSource, "select \"offset\" from dead_letters where reason = 'store_refused'"));
        Assert.Equal(records, await ScalarAsync(dataSource, "select next_offset from ingest_offsets where partition = 0"));
    }

    private static EventSink Sink(NpgsqlDataSource dataSource) => new(
        new UsageEventStore(dataSource),
        new IngestProgress(TimeProvider.System, Options.Create(new IngestOptions())),
        TimeProvider.System,
        NullLogger<EventSink>.Instance);

    private static IngestRecord Record(long offset, string id, string subject)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}""");
        return new IngestRecord(offset, DateTimeOffset.UnixEpoch, Tenant, json) { Event = new UsageEvent(id, "s", "t", subject, null, json, default) };
    }

    private async Task<string> CreateDatabaseAsync()
    {
        var connectionString = await servers.CreateDatabaseAsync(Cancellation);
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(connectionString);
        MeteringDbContext.UseConventions(options);
        await using var context = new MeteringDbContext(options.Options);
        await context.Database.MigrateAsync(Cancellation);
        context.Tenants.Add(new Tenant { Id = Tenant, Slug = "default", CreatedAt = DateTimeOffset.UnixEpoch });
        await context.SaveChangesAsync(Cancellation);
        return connectionString;
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource dataSource, string sql)
    {
        await using var command = dataSource.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), System.Globalization.CultureInfo.InvariantCulture);
    }
}
