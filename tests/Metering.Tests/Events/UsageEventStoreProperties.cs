using System.Globalization;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;

namespace CloudNative.Metering.Tests.Events;

/// <summary>
/// Whatever producers, consumers, crashes, zombies and segments do in whatever order: each id counts once, where its first payload says, and each record stands
/// once in the books, as the model has it.
/// </summary>
public sealed class UsageEventStoreProperties(TestServers servers)
{
    private const int Partitions = 3, Consumers = 2, MaxBatch = 4, Ids = 12, Histories = 25, Steps = 50;
    private const string Dimension = "region";

    private static readonly Payload[] Payloads =
    [
        new(0, "a", "eu", 1), new(1, "a", "eu", 10), new(1, "a", "us", 100), new(1, "b", "eu", 1000), new(0, "b", "us", null), new(0, "a", "eu", 7, IsDead: true),
    ];

    private enum Action
    {
        /// <summary>A record is appended to a partition; its id may have been sent before, to whichever partition, with the same payload or another.</summary>
        Produce,

        /// <summary>A consumer takes a partition over, whoever has it.</summary>
        TakeOver,

        /// <summary>A consumer stores what is next of some partitions by its own knowledge, be it the owner of all, of some or of none.</summary>
        Consume,

        /// <summary>As before, but the consumer does not learn of the commit.</summary>
        ConsumeUnaware,

        /// <summary>As before, but PostgreSQL aborts the transaction when its offsets are moved and its events and rollups written.</summary>
        ConsumeAborted,

        /// <summary>The segment that is written to is closed, and another opened.</summary>
        CloseSegment,
    }

    /// <summary>One step; partitions of a transaction (<c>Some</c>) are a bit each.</summary>
    private sealed record Step(Action Action, int Consumer, int Partition, int Some, int Id, Payload Payload);

    [Fact]
    public async Task Store_AnyHistory_CountsEachIdOnceAndBooksEachRecordOnce()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum", Aggregation.Sum, Dimension);
        var histories = Gen.ArrayOf(StepGenerator(), Steps);
        var run = 0;
        var seen = new Dictionary<string, int>();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Histories), Prop.ForAll(histories.ToArbitrary(), steps =>
        {
            // FsCheck's properties are synchronous.
            var history = new History(database, meter, run++, seen);
            history.PlayAsync(steps).GetAwaiter().GetResult();
            history.CheckAsync().GetAwaiter().GetResult();
        }));

        // Random as they are, the histories had all that this is about.
        Assert.Equal(["aborted", "already stored", "partly lost", "stored"], seen.Keys.Order());
    }

    private static Gen<Step> StepGenerator() =>
        from action in Gen.Frequency(
            (6, Gen.Constant(Action.Produce)), (1, Gen.Constant(Action.TakeOver)), (3, Gen.Constant(Action.Consume)), (2, Gen.Constant(Action.ConsumeUnaware)),
            (1, Gen.Constant(Action.ConsumeAborted)), (1, Gen.Constant(Action.CloseSegment)))
        from consumer in Gen.Choose(0, Consumers - 1)
        from partition in Gen.Choose(0, Partitions - 1)
        from some in Gen.Choose(1, (1 << Partitions) - 1)
        from id in Gen.Choose(0, Ids - 1)
        from payload in Gen.Elements(Payloads)
        select new Step(action, consumer, partition, some, id, payload);

    /// <summary>One log per partition (numbered apart from other runs'), and what each consumer believes of them.</summary>
    private sealed class History(MeteringDatabase database, Meter meter, int run, Dictionary<string, int> seen)
    {
        private const int All = (1 << Partitions) - 1;

        private readonly int _first = run * Partitions;
        private readonly CountingModel _model = new(Partitions);
        private readonly List<MadeRecord>[] _logs = [.. Enumerable.Range(0, Partitions).Select(_ => new List<MadeRecord>())];
        private readonly UsageEventStore[] _stores = [.. Enumerable.Range(0, Consumers).Select(_ => new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)))];
        private readonly Dictionary<(int Consumer, int Partition), PartitionClaim> _claims = [];

        public async Task PlayAsync(IEnumerable<Step> steps)
        {
            foreach (var step in steps)
                await PlayAsync(step);

            // In the end somebody takes everything over and finishes.
            for (var partition = 0; partition < Partitions; partition++)
                await TakeOverAsync(0, partition);
            while (_logs.Where((log, partition) => _claims[(0, partition)].NextOffset < log.Count).Any())
                await ConsumeAsync(0, All, Action.Consume);
        }

        public async Task CheckAsync()
        {
            var query = new UsageQuery { WindowSize = WindowSize.Minute, GroupBySubject = true, Dimensions = [Dimension], Subjects = [SubjectOf("a"), SubjectOf("b")] };
            Assert.Equal(
                _model.Usage.Select(cell => (MeteringDatabase.Noon.AddMinutes(cell.Key.Minute), SubjectOf(cell.Key.Subject), cell.Key.Region, cell.Value)).Order(),
                (await database.QueryAsync(meter, query))
                    .Select(row => (row.WindowStart, row.Subject!, row.GroupBy[Dimension], decimal.Parse(row.Value.Digits, CultureInfo.InvariantCulture))).Order());
            Assert.Equal(_model.Books, await BooksAsync());
            Assert.Equal(_model.DeadLetters.Order(), await DeadLettersAsync());
            Assert.Equal(_model.Stored.Count, await database.ScalarAsync($"select count(*) from usage_events where {OfThisRun}"));
        }

        private string OfThisRun => $"partition between {_first} and {_first + Partitions - 1}";

        private Task PlayAsync(Step step)
        {
            if (step.Action == Action.Produce)
                _logs[step.Partition].Add(new MadeRecord($"run{run}-{step.Id}", step.Payload));
            return step.Action switch
            {
                Action.Produce => Task.CompletedTask,
                Action.TakeOver => TakeOverAsync(step.Consumer, step.Partition),
                Action.CloseSegment => new SegmentMaintenance(database.Source, SegmentPolicy.Default).CloseAsync(CancellationToken.None),
                _ => ConsumeAsync(step.Consumer, step.Some, step.Action),
            };
        }

        private async Task TakeOverAsync(int consumer, int partition)
        {
            _model.TakeOver(partition);
            _claims[(consumer, partition)] = await database.TakeOverAsync(_first + partition);
        }

        private async Task ConsumeAsync(int consumer, int some, Action action)
        {
            var batches = Enumerable.Range(0, Partitions).Where(partition => (some & (1 << partition)) != 0 && _claims.ContainsKey((consumer, partition)))
                .Select(partition => Batch(partition, _claims[(consumer, partition)], action == Action.ConsumeAborted)).Where(batch => batch.Records.Count > 0).ToList();
            if (batches.Count == 0)
                return;

            var fates = batches.ToLookup(
                batch => _model.FateOf(batch.Claim.Partition - _first, batch.Claim.Epoch, batch.Claim.NextOffset, batch.End), batch => batch.Claim.Partition);
            if (action == Action.ConsumeAborted && fates.Contains(Fate.Counted))
            {
                See("aborted");
                await Assert.ThrowsAsync<PostgresException>(() => _stores[consumer].StoreAsync(batches, CancellationToken.None));
                return;
            }

            var result = await _stores[consumer].StoreAsync(batches, CancellationToken.None);
            See(fates.Contains(Fate.AlreadyStored) ? "already stored" : fates.Contains(Fate.Counted) && fates.Contains(Fate.Lost) ? "partly lost" : "stored");
            Assert.Equal(fates[Fate.Lost], result.Lost.Order());
            Assert.Equal(fates[Fate.AlreadyStored], result.AlreadyStored.Order());
            Assert.Equal(Count(batches.Where(batch => fates[Fate.Counted].Contains(batch.Claim.Partition))), result.Counts);
            if (action != Action.ConsumeUnaware)
                Learn(consumer, batches, result);
        }

        private void See(string what) => seen[what] = seen.GetValueOrDefault(what) + 1;

        private PartitionBatch Batch(int partition, PartitionClaim claim, bool isPoisoned)
        {
            var made = _logs[partition].Skip((int)claim.NextOffset).Take(MaxBatch).Select((record, i) => Record(claim.NextOffset + i, record));
            var records = made.ToList();
            if (isPoisoned)
                records.Add(Poison(claim.NextOffset + records.Count));
            return MeteringDatabase.Batch(claim, [.. records]);
        }

        private IngestRecord Record(long offset, MadeRecord made)
        {
            var value = made.Payload.Value is { } n ? $",\"n\":{n}" : "";
            var data = $$"""{"{{Dimension}}":"{{made.Payload.Region}}"{{value}}}""";
            var record = database.Record(offset, made.Id, data, SubjectOf(made.Payload.Subject), MeteringDatabase.Noon.AddMinutes(made.Payload.Minute));
            return made.Payload.IsDead ? record with { Event = null, Rejection = new Rejection(DeadLetterReason.InvalidEvent, "of the test") } : record;
        }

        /// <summary>A dead letter that can't be written: no text in PostgreSQL holds the character 0.</summary>
        private IngestRecord Poison(long offset) =>
            database.Record(offset, $"run{run}-poison") with { Event = null, Rejection = new Rejection(DeadLetterReason.InvalidEvent, "\0") };

        private LedgerCounts Count(IEnumerable<PartitionBatch> batches) => batches.Aggregate(default(LedgerCounts), (counts, batch) =>
            counts + _model.Count(batch.Claim.Partition - _first, _logs[batch.Claim.Partition - _first].Skip((int)batch.Claim.NextOffset).Take(batch.Records.Count)));

        private void Learn(int consumer, List<PartitionBatch> batches, StoreResult result)
        {
            foreach (var batch in batches)
            {
                var key = (consumer, batch.Claim.Partition - _first);
                if (result.Lost.Contains(batch.Claim.Partition))
                    _claims.Remove(key);
                else
                    _claims[key] = batch.Claim with { NextOffset = batch.End };
            }
        }

        private string SubjectOf(string subject) => $"run{run}-{subject}";

        private async Task<LedgerCounts> BooksAsync()
        {
            var sums = new List<long>();
            foreach (var column in (string[])["received", "counted", "duplicates", "unmatched", "dead_lettered", "different_payload"])
                sums.Add(await database.ScalarAsync($"select coalesce(sum({column}), 0) from ledger where {OfThisRun}"));
            return new LedgerCounts(sums[0], sums[1], sums[2], sums[3], sums[4]) { DifferentPayload = sums[5] };
        }

        private async Task<List<(int Partition, long Offset)>> DeadLettersAsync()
        {
            await using var command = database.Source.CreateCommand($"""select partition, "offset" from dead_letters where {OfThisRun} order by 1, 2""");
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            var letters = new List<(int, long)>();
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                letters.Add((reader.GetInt32(0) - _first, reader.GetInt64(1)));
            return letters;
        }
    }
}
