using System.Globalization;
using CloudNative.Tests;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>
/// Random events, meters, customers and questions: whatever was stored, rolled up, backfilled, counted anew, dropped or came late in whatever order, the API's answers in each
/// of their forms are those that DuckDB gives over the events. DIFFERENTIAL_CASES sets the number of questions, DIFFERENTIAL_SEED the first scenario; a failure names its own.
/// </summary>
public sealed class DifferentialTests(TestApi api)
{
    private const int DefaultCases = 400, MaxShrinks = 200;

    // FsCheck's numbers are seed + n * gamma, mixed: by this one, the golden ratio's, those of neighbouring seeds have nothing in common.
    private const ulong Gamma = 0x9E3779B97F4A7C15;

    [Proves("DAY, WEEK (ISO, Monday) and MONTH are calendar units in the zone", "over numeric values and numeric strings")]
    [Fact]
    public async Task Query_RandomEventsMetersAndQuestions_AnswersAsDuckDbDoes()
    {
        var (cases, firstSeed) = (Number("DIFFERENTIAL_CASES", DefaultCases), Number("DIFFERENTIAL_SEED", 1));
        await using var place = await TestPlace.OpenAsync(api);
        var (compared, refused, incomplete, seed) = (0, 0, 0, firstSeed);
        for (; compared < cases; seed++)
        {
            var world = Play(place, seed);
            (compared, refused, incomplete) = (compared + world.Compared, refused + world.Refused, incomplete + world.Incomplete);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{compared} questions, each as GET and POST, for JSON and CSV, in {seed - firstSeed} scenarios (seeds {firstSeed} to {seed - 1}): no difference. {refused} cut a minute that was dropped, {incomplete} more were incomplete");
    }

    private static TestWorld Play(TestPlace place, int seed)
    {
        var (shrinks, world) = (0, (TestWorld?)null);
        var scenarios = Arb.From(Scenario.Generator, scenario => Scenario.Shrink(scenario).TakeWhile(_ => shrinks++ < MaxShrinks));
        var config = Config.QuickThrowOnFailure.WithMaxTest(1).WithQuietOnSuccess(true)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd((ulong)seed, Gamma), FSharpOption<int>.None)));
        try
        {
            Check.One(config, Prop.ForAll(scenarios, scenario =>
            {
                world = new TestWorld(place);
                using (world)
                    world.PlayAsync(scenario).GetAwaiter().GetResult(); // FsCheck's properties are synchronous.
            }));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvalidOperationException($"DIFFERENTIAL_SEED={seed} DIFFERENTIAL_CASES=1", e);
        }

        return world!;
    }

    private static int Number(string variable, int fallback) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : fallback;
}
