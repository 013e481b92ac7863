using CloudNative.Metering.Backfills;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Rollups;

/// <summary>Whatever is rolled up when, and whatever comes late: hours and days answer what the minutes answer.</summary>
public sealed class RollupSealingTests(TestServers servers)
{
    private const int Events = 300, Questions = 60;
    private static readonly DateTimeOffset Start = new(2026, 3, 27, 22, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Span = TimeSpan.FromDays(4);

    // Berlin changes its clock within the span; the other two are never whole hours away from UTC.
    private static readonly string[] Zones = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, Aggregation.Sum)]
    [InlineData(2, Aggregation.Count)]
    [InlineData(6, Aggregation.Avg)]
    [InlineData(7, Aggregation.Max)]
    [InlineData(8, Aggregation.UniqueCount)]
    [InlineData(9, Aggregation.Latest)]
    public async Task Run_SomeEventsBeforeAndSomeAfter_AnswersAsTheMinutesDo(int seed, Aggregation aggregation)
    {
        var random = new Random(seed);
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("m", aggregation, "model");
        await SetSealsAsync(database, Start);
        await StoreAsync(database, random, "early");
        await SealAsync(database, Start.AddDays(1).AddHours(5.5));
        await StoreAsync(database, random, "late");
        await SealAsync(database, Start.AddDays(3).AddMinutes(7));
        await StoreAsync(database, random, "later");

        Assert.InRange(await database.ScalarAsync("select count(*) from coarse_rollups where hours = 24"), 3, long.MaxValue);
        var queries = Enumerable.Range(0, Questions).Select(_ => Query(random)).ToList();
        var answers = new List<string>();
        foreach (var query in queries)
            answers.Add(await AnswerAsync(database, meter, query));

        await SetSealsAsync(database, DateTimeOffset.MinValue);
        for (var i = 0; i < Questions; i++)
            Assert.Equal($"{queries[i]}: {await AnswerAsync(database, meter, queries[i])}", $"{queries[i]}: {answers[i]}");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Run_MeterThatWasFilledMeanwhile_AnswersAsTheOneThatWasThereBefore(int seed)
    {
        var random = new Random(seed);
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("m", Aggregation.Sum, "model");
        await SetSealsAsync(database, Start);
        await StoreAsync(database, random, "early");
        await SealAsync(database, Start.AddDays(1).AddHours(5.5));
        var filled = await database.AddMeterAsync("filled", Aggregation.Sum, "model");
        var backfill = new MeterBackfill(database.Source);
        await backfill.RunPageAsync(Events / 3, Cancellation);
        await StoreAsync(database, random, "late");
        await SealAsync(database, Start.AddDays(2).AddHours(3));
        while (await backfill.RunPageAsync(Events / 4, Cancellation) is not null)
        {
        }

        await SealAsync(database, Start.AddDays(3).AddMinutes(7));
        await StoreAsync(database, random, "later");

        for (var question = 0; question < 2 * Questions; question++)
        {
            var query = Query(random);
            Assert.Equal($"{query}: {await AnswerAsync(database, meter, query)}", $"{query}: {await AnswerAsync(database, filled, query)}");
        }
    }

    [Fact]
    public async Task Run_SealsMovedSinceTheLastQuestion_ReadsWhatTheyLeadTo()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        var meter = await database.AddMeterAsync("m", Aggregation.Count, "model");
        await SetSealsAsync(database, Start);
        await StoreAsync(database, new Random(5), "e");
        var query = new UsageQuery { From = Start, To = Start.Add(Span), WindowSize = WindowSize.Day, Subjects = ["s1"] };
        var answer = await AnswerAsync(database, meter, query);

        await SealAsync(database, Start.Add(Span).Add(RollupSealing.Delay));
        await database.ExecuteAsync("delete from rollups");

        Assert.NotEmpty(answer);
        Assert.Equal(answer, await AnswerAsync(database, meter, query));
    }

    [Fact]
    public async Task Run_HourThatIsNotOver_IsNotRolledUp()
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await SetSealsAsync(database, Start);
        await SealAsync(database, Start.AddHours(1).Add(RollupSealing.Delay).AddTicks(-10));
        Assert.Equal(0, await database.ScalarAsync($"select extract(epoch from hours_until - '{Start:O}')::bigint from rollup_seals"));
        await SealAsync(database, Start.AddHours(1).Add(RollupSealing.Delay));
        Assert.Equal(3600, await database.ScalarAsync($"select extract(epoch from hours_until - '{Start:O}')::bigint from rollup_seals"));
    }

    [Fact]
    public void Cut_UtcDaysOverManyDays_ReadsDaysAndHoursAndMinutesOfTheEnds()
    {
        var query = new UsageQuery { WindowSize = WindowSize.Day };
        var (from, to) = (Start.AddMinutes(-61), Start.AddDays(3).AddMinutes(1));

        var pieces = RollupPieces.Cut(query, from, to, new RollupSeals(HoursUntil: Start.AddDays(2), DaysUntil: Start.AddDays(1).AddHours(2), HoursSince: DateTimeOffset.MinValue));

        Assert.Equal(
            [
                new(0, from, Start.AddHours(-1)), new(0, Start.AddDays(2), to),
                new(1, Start.AddHours(-1), Start.AddHours(2)), new(1, Start.AddDays(1).AddHours(2), Start.AddDays(2)),
                new(24, Start.AddHours(2), Start.AddDays(1).AddHours(2)),
            ], pieces);
    }

    private static Task SealAsync(MeteringDatabase database, DateTimeOffset now) => new RollupSealing(database.Source).RunAsync(now, Cancellation);

    private static async Task SetSealsAsync(MeteringDatabase database, DateTimeOffset time)
    {
        await using var command = database.Source.CreateCommand("update rollup_seals set hours_until = @time, days_until = date_trunc('day', @time, 'UTC')");
        command.Parameters.AddWithValue("time", time);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    private static async Task StoreAsync(MeteringDatabase database, Random random, string prefix)
    {
        var claim = await database.TakeOverAsync(0);
        var records = Enumerable.Range(0, Events).Select(i => database.Record(
            claim.NextOffset + i, $"{prefix}{i}", $$"""{"n":{{random.Next(1000)}}.{{random.Next(100)}},"model":"{{"abc"[random.Next(3)]}}"}""", $"s{random.Next(2)}", RandomTime(random)));
        await new UsageEventStore(database.Source, new StoredKeys(SegmentPolicy.Default)).StoreAsync([MeteringDatabase.Batch(claim, [.. records])], Cancellation);
    }

    private static DateTimeOffset RandomTime(Random random) => Start.AddMicroseconds(random.NextInt64((long)Span.TotalMicroseconds));

    private static UsageQuery Query(Random random)
    {
        var times = new[] { RandomTime(random), RandomTime(random) }.Order().ToArray();
        var cut = random.Next(3) switch { 0 => TimeSpan.TicksPerMinute, 1 => TimeSpan.TicksPerHour, _ => 10 };
        return new UsageQuery
        {
            From = random.Next(4) == 0 ? null : times[0].AddTicks(-(times[0].Ticks % cut)),
            To = random.Next(4) == 0 ? null : times[1].AddTicks(TimeSpan.TicksPerHour),
            WindowSize = random.Next(6) is var size && size == 5 ? null : (WindowSize)size,
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById(Zones[random.Next(Zones.Length)]),
            Subjects = random.Next(2) == 0 ? [] : ["s1"],
            GroupBySubject = random.Next(2) == 0,
            Dimensions = random.Next(2) == 0 ? [] : ["model"],
        };
    }

    private static async Task<string> AnswerAsync(MeteringDatabase database, Meter meter, UsageQuery query) => string.Join('\n', (await database.QueryAsync(meter, query)).Select(
        row => $"{row.WindowStart:O} {row.WindowEnd:O} {row.Subject} {string.Join(',', row.GroupBy.Values)} {row.Value.Digits}"));
}
