using System.Text;
using CloudNative.Metering.Events;
using CloudNative.Metering.Segments;
using CloudNative.Metering.Ledger;
using CloudNative.Tests;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudNative.IngestService.Tests;

public sealed class EventSinkTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(7, 3)]
    [InlineData(8, 7)]
    public async Task Store_OneRecordThatPostgresRefuses_BecomesADeadLetterAndTheRestIsStored(int records, int poison)
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        var dataSource = database.Source;
        var stream = await IngestOffsets.OpenStreamAsync(dataSource, new StreamIdentity("usage-events", "t"), false, Cancellation);
        var claim = await IngestOffsets.TakeOverAsync(dataSource, stream, 0, 0, 0, Cancellation);
        var other = await IngestOffsets.TakeOverAsync(dataSource, stream, 1, 0, 0, Cancellation);

        var result = await Sink(dataSource).StoreAsync(
        [
            new PartitionBatch(claim, records, [.. Enumerable.Range(0, records).Select(i => Record(database.TenantId, i, $"a{i}", i == poison ? "nul \0 in text" : "acme"))]),
            new PartitionBatch(other, 1, [Record(database.TenantId, 0, "b", "acme")]),
        ], Cancellation);

        Assert.Equal(new LedgerCounts(records + 1, 0, 0, records, 1), result.Counts);
        Assert.Equal(poison, await database.ScalarAsync("select \"offset\" from dead_letters where reason = 'store_refused'"));
        Assert.Equal(records, await database.ScalarAsync("select next_offset from ingest_offsets where partition = 0"));
    }

    private static EventSink Sink(NpgsqlDataSource dataSource) => new(
        new UsageEventStore(dataSource, new StoredKeys(SegmentPolicy.Default)),
        new IngestProgress(TimeProvider.System, Options.Create(new IngestOptions())),
        TimeProvider.System,
        NullLogger<EventSink>.Instance);

    private static IngestRecord Record(Ulid tenantId, long offset, string id, string subject)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"id":"{{id}}"}""");
        return new IngestRecord(offset, DateTimeOffset.UnixEpoch, tenantId, json) { Event = new UsageEvent(id, "s", "t", subject, null, json, default) };
    }
}
