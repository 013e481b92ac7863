using System.Text;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.Metering.Tests.Rollups;

/// <summary>Subjects that are longer than an entry of an index can be. They are random, because PostgreSQL would compress others.</summary>
public sealed class LongSubjectTests(TestServers servers)
{
    private static readonly DateTimeOffset Noon = MeteringDatabase.Noon;

    // The second differs from the first at its end only.
    private static readonly string[] Long = [Random(64), Random(64)[..^1] + "!", Random(0x4E00, 3_000)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Store_LongSubjects_AreCountedEachForItself()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");

        var stored = await StoreAsync(database);

        Assert.Equal(new LedgerCounts(4, 4, 0, 0, 0), stored.Counts);
        await AssertCountedAsync(database, meter);
    }

    [Fact]
    public async Task RunPage_LongSubjects_AreCountedEachForItself()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await StoreAsync(database);
        var meter = await database.AddMeterAsync("late");

        var step = await new MeterBackfill(database.Source).RunPageAsync(100, Cancellation);

        Assert.Equal((4, true), (step!.Counted, step.IsDone));
        await AssertCountedAsync(database, meter);
    }

    [Fact]
    public async Task Run_OneOrSomeOfManySubjects_AsksTheIndexForThem()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("sum");
        await database.ExecuteAsync($"""
            insert into series select gen_random_uuid(), '{meter.Generation.ToUuid()}', 'subject-' || i, '[]' from generate_series(1, 20000) i;
            analyze series;
            """);

        foreach (var subjects in (string[][])[["subject-7"], ["subject-7", "subject-8", Long[0]]])
        {
            var plan = await ExplainAsync(database, meter, subjects);
            Assert.Contains("series_by_subject", plan, StringComparison.Ordinal);
            Assert.Contains(plan.Split('\n'), line => line.Contains("Index Cond", StringComparison.Ordinal) && line.Contains("\"left\"(subject, 512)", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void PrefixOf_Text_CutsItWhereLeftDoes()
    {
        Assert.Equal("acme", IndexedText.PrefixOf("acme"));
        Assert.Equal(Long[0][..512], IndexedText.PrefixOf(Long[0]));
        // Of two UTF-16 code units each.
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 512)), IndexedText.PrefixOf(string.Concat(Enumerable.Repeat("😀", 600))));
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 300)), IndexedText.PrefixOf(string.Concat(Enumerable.Repeat("😀", 300))));
    }

    /// <summary>As whole minutes and where a range cuts them, which is counted from the events.</summary>
    private static async Task AssertCountedAsync(MeteringDatabase database, Meter meter)
    {
        foreach (var to in (DateTimeOffset[])[Noon.AddMinutes(1), Noon.AddSeconds(30)])
        {
            var range = new UsageQuery { From = Noon, To = to, GroupBySubject = true };
            Assert.Equal("15", Assert.Single(await database.QueryAsync(meter, range with { GroupBySubject = false })).Value.Digits);
            foreach (var (subject, i) in Long.Select((subject, i) => (subject, i)))
                Assert.Equal([(subject, $"{1 << i}")], (await database.QueryAsync(meter, range with { Subjects = [subject] })).Select(row => (row.Subject!, row.Value.Digits)));
            var some = await database.QueryAsync(meter, range with { Subjects = ["acme", Long[1], Long[2]] });
            Assert.Equal(["2", "4", "8"], some.Select(row => row.Value.Digits).Order(StringComparer.Ordinal));
        }
    }

    private static async Task<string> ExplainAsync(MeteringDatabase database, Meter meter, string[] subjects)
    {
        var (asked, _) = RollupQuery.Command(meter, new() { Subjects = subjects, GroupBySubject = true }, [new(24, Noon, Noon.AddDays(1))], new RangeEdges(null, null, []));
        await using var command = database.Source.CreateCommand($"explain {asked.CommandText}");
        foreach (NpgsqlParameter parameter in asked.Parameters)
            command.Parameters.Add(parameter.Clone());
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var plan = new StringBuilder();
        while (await reader.ReadAsync(Cancellation))
            plan.Append(reader.GetString(0)).Append('\n');
        return plan.ToString();
    }

    private static async Task<StoreResult> StoreAsync(MeteringDatabase database)
    {
        var claim = await database.TakeOverAsync(0);
        var records = Long.Append("acme").Select((subject, i) => database.Record(i, $"e{i}", $$"""{"n":{{1 << i}}}""", subject, Noon.AddSeconds(1))).ToArray();
        return await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, records)], Cancellation);
    }

    private static string Random(int first, int different = 58)
    {
        var random = new Random(1);
        return string.Concat(Enumerable.Range(0, 3_000).Select(_ => (char)(first + 1 + random.Next(different))).Select(c => c is '\\' or '"' ? '/' : c));
    }
}
