using CloudNative.Metering.Rollups;

namespace CloudNative.Metering.Tests.Differential;

/// <summary>A random question.</summary>
internal static class TestQuery
{
    private static readonly string[] Patterns = ["%", "_", "x%", "%\\_%", "x\\%y", "%'%", "ä", "B", "\\\\", ""];

    /// <param name="random">What it is made of.</param>
    /// <param name="times">Moments at which something happens.</param>
    /// <param name="zone">The zone that those moments are special in; half of the questions are asked in it.</param>
    /// <param name="customers">Customers that there are.</param>
    public static UsageQuery Create(Random random, IReadOnlyList<DateTimeOffset> times, string zone, IReadOnlyList<Ulid> customers)
    {
        var range = new[] { Edge(random, times), Edge(random, times) }.Order().ToArray();
        var isOpen = range[0] == range[1];
        return new UsageQuery
        {
            From = isOpen || random.OneIn(4) ? null : range[0],
            To = isOpen || random.OneIn(4) ? null : range[1],
            WindowSize = random.Next(6) is var size && size == 5 ? null : (WindowSize)size,
            TimeZone = TimeZoneInfo.FindSystemTimeZoneById(random.OneIn(2) ? zone : random.Of(TestCalendar.Zones)),
            Subjects = random.Next(4) switch { 0 => [random.Of(TestEvent.Subjects)], 1 => [random.Of(TestEvent.Subjects), random.Of(TestEvent.Subjects)], _ => [] },
            Customers = random.Next(5) switch { 0 => [random.Of(customers)], 1 => [random.Of(customers), random.Of(customers)], _ => [] },
            GroupBySubject = random.OneIn(3),
            GroupByCustomer = random.OneIn(3),
            Dimensions = random.Next(4) switch { 0 => ["model"], 1 => ["model", "kind"], 2 => ["kind"], _ => [] },
            Filters = random.Next(3) switch
            {
                0 => [new DimensionCondition("model", Filter(random, 3))],
                1 when random.OneIn(2) => [new DimensionCondition("kind", new TextFilter.In(["in", "none"])), new DimensionCondition("model", Filter(random, 2))],
                _ => [],
            },
        };
    }

    /// <summary>A moment, or one near it, to the microsecond, or on a whole minute, hour or day.</summary>
    private static DateTimeOffset Edge(Random random, IReadOnlyList<DateTimeOffset> times)
    {
        var time = random.Of(times);
        return random.Next(5) switch
        {
            0 => time,
            1 => time.AddMicroseconds(random.Next(-1, 2)),
            2 => Down(time, TimeSpan.FromMinutes(1)),
            3 => Down(time, TimeSpan.FromHours(1)),
            _ => Down(time, TimeSpan.FromDays(1)),
        };
    }

    private static DateTimeOffset Down(DateTimeOffset time, TimeSpan unit) => new(time.UtcTicks - time.UtcTicks % unit.Ticks, TimeSpan.Zero);

    private static TextFilter Filter(Random random, int depth) => random.Next(depth > 1 ? 6 : 4) switch
    {
        0 => new TextFilter.Compared((TextComparison)random.Next(6), Model(random)),
        1 => new TextFilter.In([Model(random), Model(random)], random.OneIn(2)),
        2 or 3 => new TextFilter.Like(random.Of(Patterns), random.OneIn(2), random.OneIn(2)),
        4 => new TextFilter.All([Filter(random, depth - 1), Filter(random, depth - 1)]),
        _ => new TextFilter.Any([Filter(random, depth - 1), Filter(random, depth - 1)]),
    };

    private static string Model(Random random) => random.Of(TestEvent.Models) ?? "m";
}
