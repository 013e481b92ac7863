namespace CloudNative.Bench.Harness;

/// <summary>What a ratio must reach, and what it should reach.</summary>
/// <param name="Floor">Missed: the program's exit code says so. Null: nothing is asked.</param>
/// <param name="Goal">Missed: only said.</param>
/// <param name="Direction">On which side of them the ratio has to be.</param>
internal sealed record Bound(double? Floor, double Goal, Direction Direction)
{
    public static Bound AtLeast(double floor, double goal) => new(floor, goal, Direction.AtLeast);

    public static Bound AtMost(double? floor, double goal) => new(floor, goal, Direction.AtMost);

    public static Bound Exactly(double value) => new(value, value, Direction.Exactly);

    public bool MeetsFloor(double ratio) => Floor is not { } floor || Meets(ratio, floor);

    public bool MeetsGoal(double ratio) => Meets(ratio, Goal);

    // Not a number meets nothing.
    private bool Meets(double ratio, double limit) => Direction switch
    {
        Direction.AtLeast => ratio >= limit,
        Direction.AtMost => ratio <= limit,
        _ => ratio == limit,
    };
}

internal enum Direction
{
    AtLeast,
    AtMost,
    Exactly,
}
