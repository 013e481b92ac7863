using System.Globalization;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Differential;

/// <summary>
/// Random events, meters, customers and questions: whatever was stored, rolled up, backfilled or came late in whatever order, answers are those that DuckDB gives over the
/// events. DIFFERENTIAL_CASES sets the number of questions, DIFFERENTIAL_SEED the first world.
/// </summary>
public sealed class DifferentialTests(TestServers servers)
{
    private const int DefaultCases = 400, QuestionsOfAWorld = 100, EventsOfAWorld = 120;

    [Proves("DAY, WEEK (ISO, Monday) and MONTH are calendar units in the zone", "over numeric values and numeric strings")]
    [Fact]
    public async Task Query_RandomEventsMetersAndQuestions_AnswersAsDuckDbDoes()
    {
        var (cases, firstSeed) = (Number("DIFFERENTIAL_CASES", DefaultCases), Number("DIFFERENTIAL_SEED", 1));
        await using var database = await MeteringDatabase.CreateAsync(servers);
        for (var asked = 0; asked < cases; asked += QuestionsOfAWorld)
            await PlayAsync(database, firstSeed + asked / QuestionsOfAWorld, Math.Min(QuestionsOfAWorld, cases - asked));
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} questions, no difference");
    }

    private static async Task PlayAsync(MeteringDatabase database, int seed, int questions)
    {
        var random = new Random(seed);
        var world = new TestWorld(database, random);
        var meters = await world.FillAsync(EventsOfAWorld);
        using var oracle = new Oracle(world.Stored, world.Owners);
        for (var question = 0; question < questions; question++)
        {
            var (meter, query) = (random.Of(meters), TestQuery.Create(random, world.Times, world.Zone, world.Customers));
            query = query with { GroupBySubject = query.GroupBySubject || query.Subjects.Count > 0 };
            var usage = await database.AskAsync(meter, query);
            Assert.False(usage.IsIncomplete);
            var expected = oracle.Ask(meter, query);
            var actual = usage.Rows.Select(row => Oracle.Line(
                row.WindowStart, row.WindowEnd, row.Subject, row.CustomerId, query.Dimensions.Order(StringComparer.Ordinal).Select(name => row.GroupBy[name]), row.Value.Digits)).ToList();
            if (expected.Count == 0 && IsCount(meter) && query is { WindowSize: null, GroupBySubject: false, GroupByCustomer: false, Dimensions.Count: 0 })
                Assert.EndsWith(" 0", Assert.Single(actual), StringComparison.Ordinal);
            else if (!expected.SequenceEqual(actual))
                Assert.Fail($"Seed {seed}, question {question}: {Describe(meter, query)}\nexpected\n{string.Join('\n', expected)}\nbut was\n{string.Join('\n', actual)}");
        }
    }

    private static bool IsCount(Meter meter) => meter.Aggregation is Aggregation.Count or Aggregation.UniqueCount;

    private static string Describe(Meter meter, UsageQuery query) =>
        $"{meter.Aggregation} {query.From:O} to {query.To:O} by {query.WindowSize} in {query.TimeZone.Id}, subjects [{string.Join(',', query.Subjects)}], "
        + $"customers [{string.Join(',', query.Customers)}], by subject {query.GroupBySubject}, by customer {query.GroupByCustomer}, by [{string.Join(',', query.Dimensions)}], where {string.Join("; ", query.Filters)}";

    private static int Number(string variable, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
