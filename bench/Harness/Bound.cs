namespace CloudNative.Bench.Harness;

/// <summary>What a ratio must reach, and what it should reach.</summary>
/// <param name="Floor">Missed: the program's exit code says so. Null: nothing is asked.</param>
/// <param name="Goal">Missed: only said.</param>
/// <param name="LessIsBetter">The ratio must not exceed them, instead of reaching them.</param>
internal sealed record Bound(double? Floor, double Goal, bool LessIsBetter = false)
{
    public static Bound AtLeast(double floor, double goal) => new(floor, goal);

    public static Bound AtMost(double floor, double goal) => new(floor, goal, LessIsBetter: true);

    public bool MeetsFloor(double ratio) => Floor is not { } floor || Meets(ratio, floor);

    public bool MeetsGoal(double ratio) => Meets(ratio, Goal);

    // Not a number meets nothing.
    private bool Meets(double ratio, double limit) => LessIsBetter ? ratio <= limit : ratio >= limit;
}
