using CloudNative.Metering.Meters;
using FsCheck;
using FsCheck.Fluent;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>Something that happens.</summary>
internal abstract record Step
{
    /// <summary>Events are stored; some that were stored before come again, as others.</summary>
    public sealed record Store(IReadOnlyList<TestEvent> Events) : Step
    {
        public override string ToString() => $"Store\n  {string.Join("\n  ", Events)}";
    }

    /// <summary>A meter is created.</summary>
    public sealed record AddMeter(Aggregation Aggregation, DateTimeOffset? EventFrom, IReadOnlyDictionary<string, string> Columns) : Step
    {
        public override string ToString() => $"AddMeter {Aggregation} from {EventFrom:O} by {string.Join(", ", Columns)}";
    }

    /// <summary>A meter gets other dimensions.</summary>
    public sealed record Regroup(int Meter, IReadOnlyDictionary<string, string> Columns) : Step
    {
        public override string ToString() => $"Regroup {Meter} by {string.Join(", ", Columns)}";
    }

    /// <summary>So many stored events are looked at for meters that came after them.</summary>
    public sealed record Page(int Size) : Step;

    /// <summary>All are looked at.</summary>
    public sealed record FinishBackfills : Step;

    /// <summary>Hours and days are rolled up until then.</summary>
    public sealed record Seal(DateTimeOffset Until) : Step;

    /// <summary>Each subject is given to one of two customers, or to none (2).</summary>
    public sealed record MoveSubjects(IReadOnlyList<int> Owners) : Step
    {
        public override string ToString() => $"MoveSubjects {string.Join(", ", Owners)}";
    }

    /// <summary>The segment that is written to is closed.</summary>
    public sealed record CloseSegment : Step;

    /// <summary>What lies in closed segments outlives its retention.</summary>
    public sealed record DropSegments : Step;

    /// <summary>A question is asked, in each of the ways that there are.</summary>
    public sealed record Ask(Question Question) : Step;
}

/// <summary>What happens around a moment at which something is special in a zone.</summary>
/// <param name="SealedUntil">Hours and days are rolled up until then before anything happens.</param>
/// <param name="Steps">In this order.</param>
internal sealed record Scenario(DateTimeOffset SealedUntil, IReadOnlyList<Step> Steps)
{
    /// <summary>Questions at the end, when all is counted; as many steps before, and some questions among them.</summary>
    private const int LastQuestions = 20, Happenings = 40;

    private const int MaxPrintedSteps = 40;

    private static readonly TimeSpan[] Spans = [TimeSpan.FromMinutes(10), TimeSpan.FromHours(5), TimeSpan.FromDays(3), TimeSpan.FromDays(75)];

    public static readonly Gen<Scenario> Generator =
        from zone in Gen.Elements<string>(TestCalendar.Zones)
        from moment in Gen.Elements<DateTimeOffset>(TestCalendar.Moments(zone))
        from span in Gen.Elements(Spans)
        from parts in Gen.Choose(-1_000_000_000, 1_000_000_000).ArrayOf(20)
        let times = Times(moment, parts.Select(part => span * (part / 2_000_000_000.0)))
        let start = times.Min()
        from sealedUntil in Gen.Elements(start.AddYears(-1), start, start + span / 2, start + span)
        from first in First(times, span)
        from happenings in Happening(times, span, zone).ArrayOf(Happenings)
        from questions in Ask(times, zone).ArrayOf(LastQuestions)
        select new Scenario(sealedUntil, [.. first, .. happenings, new Step.FinishBackfills(), .. questions]);

    /// <summary>Without some of the steps, or some of the events: large parts first.</summary>
    public static IEnumerable<Scenario> Shrink(Scenario scenario)
    {
        foreach (var steps in Without(scenario.Steps))
            yield return scenario with { Steps = steps };
        foreach (var (i, step) in scenario.Steps.Index())
        {
            if (step is not Step.Store store)
                continue;
            foreach (var events in Without(store.Events))
                yield return scenario with { Steps = [.. scenario.Steps.Take(i), new Step.Store(events), .. scenario.Steps.Skip(i + 1)] };
        }
    }

    public override string ToString() =>
        Steps.Count > MaxPrintedSteps ? $"{Steps.Count} steps" : $"Rolled up until {SealedUntil:O}\n{string.Join('\n', Steps)}";

    /// <summary>Many hours have two: an hour of UTC can be in two of a zone's hours.</summary>
    private static List<DateTimeOffset> Times(DateTimeOffset moment, IEnumerable<TimeSpan> others)
    {
        List<DateTimeOffset> times =
        [
            moment, moment.AddMicroseconds(-1), moment.AddMinutes(-1), moment.AddHours(1), moment.AddHours(-1), moment.AddMinutes(30), moment.AddDays(1),
            .. others.Select(other => moment.AddMicroseconds(Math.Floor(other.TotalMicroseconds))).SelectMany(time => (DateTimeOffset[])[time, time.AddMinutes(20)]),
        ];
        return times;
    }

    private static Gen<List<Step>> First(IReadOnlyList<DateTimeOffset> times, TimeSpan span) =>
        from owners in MoveSubjects()
        from meters in AddMeter(times).ArrayOf(3)
        from events in Store(times, 30)
        from seal in Seal(times, span < TestWorld.LongestSeal ? span : TestWorld.LongestSeal / 2)
        select (List<Step>)[owners, .. meters, events, seal];

    private static Gen<Step> Happening(IReadOnlyList<DateTimeOffset> times, TimeSpan span, string zone) => Gen.Frequency(
        (12, Gen.Choose(1, 12).SelectMany(count => Store(times, count))),
        (4, AddMeter(times)),
        (4, from meter in Gen.Choose(0, 1000) from columns in TestMeter.Dimensions select (Step)new Step.Regroup(meter, columns)),
        (10, Gen.Choose(1, 40).Select(size => (Step)new Step.Page(size))),
        (3, Gen.Constant<Step>(new Step.FinishBackfills())),
        (4, Seal(times, span)),
        (2, MoveSubjects()),
        (2, Gen.Constant<Step>(new Step.CloseSegment())),
        (1, Gen.Constant<Step>(new Step.DropSegments())),
        (14, Ask(times, zone)));

    private static Gen<Step> Store(IReadOnlyList<DateTimeOffset> times, int count) =>
        TestEvent.Generator(times).ArrayOf(count).Select(events => (Step)new Step.Store(events));

    private static Gen<Step> AddMeter(IReadOnlyList<DateTimeOffset> times) =>
        from aggregation in Gen.Elements(Enum.GetValues<Aggregation>())
        from hasFrom in Gen.Elements(true, false, false, false)
        from eventFrom in Gen.Elements<DateTimeOffset>(times)
        from columns in TestMeter.Dimensions
        select (Step)new Step.AddMeter(aggregation, hasFrom ? eventFrom : null, columns);

    private static Gen<Step> Seal(IReadOnlyList<DateTimeOffset> times, TimeSpan span) =>
        Gen.Choose(0, 1000).Select(part => (Step)new Step.Seal(times.Min() + span * (part / 500.0)));

    private static Gen<Step> MoveSubjects() => Gen.Choose(0, 2).ArrayOf(TestEvent.Subjects.Count).Select(owners => (Step)new Step.MoveSubjects(owners));

    private static Gen<Step> Ask(IReadOnlyList<DateTimeOffset> times, string zone) => Question.Generator(times, zone).Select(question => (Step)new Step.Ask(question));

    private static IEnumerable<IReadOnlyList<T>> Without<T>(IReadOnlyList<T> items)
    {
        for (var length = items.Count / 2; length > 0; length /= 2)
        {
            for (var start = 0; start < items.Count; start += length)
                yield return [.. items.Take(start), .. items.Skip(start + length)];
        }
    }
}
