using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using CloudNative.IngestService.Backfill;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Meter = CloudNative.Metering.Meters.Meter;

namespace CloudNative.IngestService.Tests;

public sealed class BackfillWorkerTests(TestServers servers) : IDisposable
{
    private const int Events = 2_000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_StoppedInTheMiddleAgainAndAgain_CountsEachEventOnce()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        await StoreAsync(database);
        var meter = await CreateMeterAsync(database);
        var query = new BackfillQuery(database.Source);

        var starts = 0;
        while ((await query.FindAsync(meter.Id, Cancellation))!.State != BackfillState.Done)
        {
            var before = (await query.FindAsync(meter.Id, Cancellation))!.Scanned;
            using var worker = Worker(database);
            await worker.StartAsync(Cancellation);
            starts++;
            await UntilAsync(async () => await query.FindAsync(meter.Id, Cancellation) is { } p && (p.Scanned > before || p.State == BackfillState.Done), "progress");
            await worker.StopAsync(Cancellation);
            // What was claimed and not finished would wait for the claim's end.
            await database.ExecuteAsync("update meter_backfills set claimed_until = '-infinity'");
        }

        Assert.True(starts > 1, "the worker was never stopped in the middle");
        var usage = await new RollupQuery(database.Source, TimeProvider.System).RunAsync(meter, new UsageQuery(), Cancellation);
        Assert.Equal(($"{Events}", false), (Assert.Single(usage.Rows).Value.Digits, usage.IsIncomplete));
        Assert.Equal((Events, Events), ((await query.FindAsync(meter.Id, Cancellation))!.Counted, (await query.FindAsync(meter.Id, Cancellation))!.Total));
    }

    [Fact]
    public async Task Run_DatabaseAway_GoesOnWhenItIsBack()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        await StoreAsync(database);
        var meter = await CreateMeterAsync(database);
        await database.ExecuteAsync("alter table rollups rename to away");
        using var worker = Worker(database);
        await worker.StartAsync(Cancellation);
        await UntilAsync(async () => await database.ScalarAsync("select count(*) from meter_backfills where started_at is not null") == 1, "the first page");

        await database.ExecuteAsync("alter table away rename to rollups; update meter_backfills set claimed_until = '-infinity'");

        var query = new BackfillQuery(database.Source);
        await UntilAsync(async () => (await query.FindAsync(meter.Id, Cancellation))!.State == BackfillState.Done, "end of the backfill");
        await worker.StopAsync(Cancellation);
    }

    public void Dispose() => _services.Dispose();

    private BackfillWorker Worker(IngestDatabase database) => new(
        new MeterBackfill(database.Source),
        new BackfillMetrics(_services.GetRequiredService<IMeterFactory>()),
        new IngestProgress(TimeProvider.System, Options.Create(new IngestOptions())),
        Options.Create(new BackfillOptions { PageSize = 50, PollInterval = TimeSpan.FromMilliseconds(100) }),
        TimeProvider.System,
        NullLogger<BackfillWorker>.Instance);

    private static async Task StoreAsync(IngestDatabase database)
    {
        var stream = await IngestOffsets.OpenStreamAsync(database.Source, new StreamIdentity("usage-events", "t"), false, Cancellation);
        var claim = await IngestOffsets.TakeOverAsync(database.Source, stream, 0, 0, 0, Cancellation);
        var records = Enumerable.Range(0, Events).Select(i => Record(database.TenantId, i)).ToList();
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([new PartitionBatch(claim, Events, records)], Cancellation);
    }

    private static IngestRecord Record(Ulid tenantId, int offset)
    {
        var json = Encoding.UTF8.GetBytes($$"""{"id":"{{offset}}"}""");
        return new IngestRecord(offset, DateTimeOffset.UnixEpoch, tenantId, json) { Event = new UsageEvent($"{offset}", "s", "t", $"subject-{offset % 7}", null, json, default) };
    }

    private static async Task<Meter> CreateMeterAsync(IngestDatabase database)
    {
        var meter = new Meter
        {
            Id = Ulid.NewUlid(),
            TenantId = database.TenantId,
            Slug = "late",
            EventType = "t",
            Aggregation = Aggregation.Count,
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
        };
        await using var context = database.OpenContext();
        await MeterHandOver.CreateAsync(context, meter, Cancellation);
        return meter;
    }

    private static async Task UntilAsync(Func<Task<bool>> isTrue, string what)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isTrue())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"still no {what} after {Deadline}");
            await Task.Delay(5, Cancellation);
        }
    }
}
