using CloudNative.Metering.Backfills;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.Metering.Tests.Differential;

/// <summary>Events around a moment at which something is special in a zone, and meters of all aggregations, some of them created in between.</summary>
internal sealed class TestWorld
{
    private static readonly TimeSpan[] Spans = [TimeSpan.FromMinutes(10), TimeSpan.FromHours(5), TimeSpan.FromDays(3), TimeSpan.FromDays(75)];

    private readonly MeteringDatabase _database;
    private readonly Random _random;
    private readonly TimeSpan _span;
    private readonly UsageEventStore _store;
    private readonly List<(TestEvent Event, long Offset)> _stored = [];
    private readonly Dictionary<string, Ulid> _owners = new(StringComparer.Ordinal);

    public TestWorld(MeteringDatabase database, Random random)
    {
        (_database, _random, _store) = (database, random, new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)));
        Zone = random.Of(TestCalendar.Zones);
        _span = random.Of(Spans);
        var moment = random.Of(TestCalendar.Moments(Zone));
        Times =
        [
            moment, moment.AddMicroseconds(-1), moment.AddMinutes(-1), moment.AddHours(1), moment.AddHours(-1), moment.AddMinutes(30), moment.AddDays(1),
            .. Enumerable.Range(0, 40).Select(_ => moment.AddMicroseconds(random.NextInt64((long)_span.TotalMicroseconds) - (long)_span.TotalMicroseconds / 2)),
        ];
    }

    public string Zone { get; }

    /// <summary>When events happen; more than one at most of them.</summary>
    public IReadOnlyList<DateTimeOffset> Times { get; }

    public IReadOnlyList<(TestEvent Event, long Offset)> Stored => _stored;

    /// <summary>Whose each subject is in the end; some are nobody's.</summary>
    public IReadOnlyDictionary<string, Ulid> Owners => _owners;

    /// <summary>Also one that owns nothing that is used.</summary>
    public IReadOnlyList<Ulid> Customers { get; private set; } = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Stores the events in two parts, with meters, seals and a part of the backfill before, between and behind.</summary>
    public async Task<IReadOnlyList<Meter>> FillAsync(int events)
    {
        await ClearAsync();
        var meters = new List<Meter>();
        var aggregations = Enum.GetValues<Aggregation>().ToLookup(_ => _random.OneIn(3));
        foreach (var aggregation in aggregations[false])
            meters.Add(await AddMeterAsync(aggregation));
        await MoveSubjectsAsync();
        await StoreAsync(events / 2, "early");
        await SealAsync();
        foreach (var aggregation in aggregations[true])
            meters.Add(await AddMeterAsync(aggregation));
        var backfill = new MeterBackfill(_database.Source);
        await backfill.RunPageAsync(events / 5, Cancellation);
        await StoreAsync(events - events / 2, "late");
        await MoveSubjectsAsync();
        while (await backfill.RunPageAsync(events / 3, Cancellation) is not null)
        {
        }

        await SealAsync();
        return meters;
    }

    private async Task ClearAsync()
    {
        await _database.ExecuteAsync("truncate usage_events, rollups, coarse_rollups, distinct_values, series, meter_starts, meter_backfills; delete from meters");
        var start = Times.Min();
        await SetSealsAsync(_random.OneIn(3) ? start.AddYears(-1) : _random.OneIn(2) ? start.AddTicks(_span.Ticks / 2) : start);
    }

    /// <summary>Gives each subject to one of two customers, or to none: as its key, or as one of its subject keys. What was before does not matter.</summary>
    private async Task MoveSubjectsAsync()
    {
        await using var context = _database.OpenContext();
        await context.Customers.ExecuteUpdateAsync(set => set.SetProperty(c => c.DeletedAt, MeteringDatabase.Noon), Cancellation);
        var shares = TestEvent.Subjects.ToLookup(_ => _random.Next(3));
        var customers = new[] { shares[0], shares[1], ["unused"] }.Where(share => share.Any()).Select(share => Own([.. share])).ToList();
        context.AddRange(customers);
        Assert.Empty(await CustomerOwnership.SaveAsync(context, customers, Cancellation));
        _owners.Clear();
        foreach (var customer in customers)
        {
            foreach (var subject in customer.Subjects)
                _owners.Add(subject, customer.Id);
        }

        Customers = [.. customers.Select(customer => customer.Id)];
    }

    private Customer Own(string[] subjects)
    {
        var key = _random.OneIn(2) ? subjects[0] : null;
        return Customer.Create(_database.TenantId, new CustomerDefinition
        {
            Name = "n", Key = key, UsageAttribution = new UsageAttribution { SubjectKeys = key is null || _random.OneIn(2) ? subjects : subjects[1..] },
        }, MeteringDatabase.Noon);
    }

    /// <summary>Hour by hour where there are few, else at one go for what will come.</summary>
    private async Task SealAsync()
    {
        if (_span > TimeSpan.FromDays(3) || _random.OneIn(4))
            return;

        var until = await SealsAsync();
        var to = Times.Min().AddTicks(_random.NextInt64(_span.Ticks * 2));
        if (to - until < TimeSpan.FromDays(8))
            await new RollupSealing(_database.Source).RunAsync(to, Cancellation);
    }

    private async Task<DateTimeOffset> SealsAsync()
    {
        await using var command = _database.Source.CreateCommand("select hours_until from rollup_seals");
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(Cancellation))!);
    }

    private async Task SetSealsAsync(DateTimeOffset time)
    {
        await using var command = _database.Source.CreateCommand(
            "update rollup_seals set hours_until = date_trunc('hour', @time, 'UTC'), days_until = date_trunc('day', @time, 'UTC')");
        command.Parameters.AddWithValue("time", time);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private async Task<Meter> AddMeterAsync(Aggregation aggregation) => await _database.AddMeterAsync(
        aggregation.ToString().ToLowerInvariant(), _random.OneIn(4) ? _random.Of(Times) : null, aggregation, "model", "kind");

    private async Task StoreAsync(int count, string prefix)
    {
        DateTimeOffset[] ingests = [MeteringDatabase.Noon, MeteringDatabase.Noon.AddMilliseconds(1)];
        var events = Enumerable.Range(0, count).Select(i => TestEvent.Create(_random, $"{prefix}{i}", Times, ingests)).ToLookup(sent => sent.Partition);
        foreach (var partition in events)
        {
            var claim = await _database.TakeOverAsync(partition.Key);
            var placed = partition.Select((sent, i) => (Event: sent, Offset: claim.NextOffset + i)).ToList();
            _stored.AddRange(placed);

            // What is sent again counts as it was the first time.
            var again = placed.Take(3).Select((sent, i) => (Event: sent.Event with { Value = "7", Time = Times[0] }, Offset: claim.NextOffset + placed.Count + i));
            await _store.StoreAsync(
                [MeteringDatabase.Batch(claim, [.. placed.Concat(again).Select(sent => sent.Event.ToRecord(sent.Offset, _database.TenantId))])], Cancellation);
        }
    }
}
