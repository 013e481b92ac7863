using CloudNative.Metering.Rollups;
using FsCheck;
using FsCheck.Fluent;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>A question to one of the meters.</summary>
internal sealed record Question
{
    public const string Subject = "subject", Customer = "customer_id";

    /// <summary>Which of the meters that there are.</summary>
    public int Meter { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public WindowSize? WindowSize { get; init; }

    public required string Zone { get; init; }

    public IReadOnlyList<string> Subjects { get; init; } = [];

    /// <summary>Which of the customers that there are.</summary>
    public IReadOnlyList<int> CustomerNumbers { get; init; } = [];

    /// <summary>Their ids.</summary>
    public IReadOnlyList<string> Customers { get; init; } = [];

    /// <summary>In any order.</summary>
    public IReadOnlyList<string> GroupBy { get; init; } = [];

    /// <summary>Wanted values of dimensions: <c>filterGroupBy</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Values { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Conditions on dimensions: <c>advancedMeterGroupByFilters</c>.</summary>
    public IReadOnlyDictionary<string, TestFilter> Filters { get; init; } = new Dictionary<string, TestFilter>();

    /// <summary>Whether an address has the values in a JSON object, not one by one.</summary>
    public bool HasObject { get; init; }

    public bool IsBySubject => Subjects.Count > 0 || GroupBy.Contains(Subject);

    public bool IsByCustomer => Customers.Count > 0 || GroupBy.Contains(Customer);

    /// <summary>The dimensions that the answer is grouped by, in the answer's order.</summary>
    public IEnumerable<string> Dimensions => GroupBy.Where(name => name is not (Subject or Customer)).Order(StringComparer.Ordinal);

    /// <param name="times">Moments at which something happens.</param>
    /// <param name="zone">The zone that those moments are special in; half of the questions are asked in it.</param>
    public static Gen<Question> Generator(IReadOnlyList<DateTimeOffset> times, string zone) =>
        from meter in Gen.Choose(0, 1000)
        from edges in Edge(times).Two()
        from open in Gen.Frequency((3, Gen.Constant((false, false))), (1, Gen.Constant((true, false))), (1, Gen.Constant((false, true))), (1, Gen.Constant((true, true))))
        from size in Gen.Choose(0, 5)
        from asked in Gen.OneOf(Gen.Constant(zone), Gen.Elements<string>(TestCalendar.Zones))
        from subjects in Some(TestEvent.Subjects)
        from customers in Some([0, 1, 2])
        from names in Gen.SubListOf<string>([Subject, Customer, .. TestMeter.Names])
        from groupBy in Gen.Shuffle<string>(names)
        from values in Maybe(Gen.OneOf(Some(TestEvent.Kinds), Some<string>([.. TestEvent.Models.Select(model => model ?? "")])))
        from filters in Maybe(TestFilter.Generator(3))
        from hasObject in Gen.Elements(true, false)
        let range = new[] { edges.Item1, edges.Item2 }.Order().ToArray()
        let isOpen = range[0] == range[1]
        select new Question
        {
            Meter = meter,
            From = isOpen || open.Item1 ? null : range[0],
            To = isOpen || open.Item2 ? null : range[1],
            WindowSize = size == 5 ? null : (WindowSize)size,
            Zone = asked,
            Subjects = subjects,
            CustomerNumbers = customers,
            GroupBy = groupBy,
            Values = values.Where(value => value.Value.Count > 0).ToDictionary(),
            Filters = filters,
            HasObject = hasObject,
        };

    /// <summary>What the meter can be asked, of the customers that there are.</summary>
    public Question Of(TestMeter meter, IReadOnlyList<string> customers) => this with
    {
        GroupBy = [.. GroupBy.Where(name => name is Subject or Customer || meter.Columns.ContainsKey(name))],
        Values = Values.Where(value => meter.Columns.ContainsKey(value.Key)).ToDictionary(),
        Filters = Filters.Where(filter => meter.Columns.ContainsKey(filter.Key)).ToDictionary(),
        Customers = customers.Count == 0 ? [] : [.. CustomerNumbers.Select(number => customers[number % customers.Count])],
    };

    public override string ToString() =>
        $"{From:O} to {To:O} by {WindowSize} in {Zone}, subjects [{string.Join(',', Subjects)}], customers [{string.Join(',', Customers)}], by [{string.Join(',', GroupBy)}], "
        + $"where {string.Join("; ", Values.Select(value => $"{value.Key} in [{string.Join(',', value.Value)}]"))} {string.Join("; ", Filters)}";

    /// <summary>A moment, or one near it, to the microsecond, or on a whole minute, hour or day.</summary>
    private static Gen<DateTimeOffset> Edge(IReadOnlyList<DateTimeOffset> times) => Gen.Elements<DateTimeOffset>(times).SelectMany(time => Gen.Elements(
        time, time.AddMicroseconds(-1), time.AddMicroseconds(1), Down(time, TimeSpan.FromMinutes(1)), Down(time, TimeSpan.FromHours(1)), Down(time, TimeSpan.FromDays(1))));

    private static DateTimeOffset Down(DateTimeOffset time, TimeSpan unit) => new(time.UtcTicks - time.UtcTicks % unit.Ticks, TimeSpan.Zero);

    /// <summary>None more often than one, or two.</summary>
    private static Gen<IReadOnlyList<T>> Some<T>(IReadOnlyList<T> items) =>
        Gen.Elements(0, 0, 0, 1, 2).SelectMany(count => Gen.Elements<T>(items).ArrayOf(count)).Select(some => (IReadOnlyList<T>)some);

    /// <summary>For no dimension, or for one.</summary>
    private static Gen<IReadOnlyDictionary<string, T>> Maybe<T>(Gen<T> generator) =>
        from count in Gen.Elements(0, 1)
        from name in Gen.Elements<string>(TestMeter.Names)
        from value in generator
        select (IReadOnlyDictionary<string, T>)Enumerable.Repeat(value, count).ToDictionary(_ => name);
}
