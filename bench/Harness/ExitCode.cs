namespace CloudNative.Bench.Harness;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>Every case ran, every count was right, and every floor was met (<c>--quick</c> measures too little to judge floors).</summary>
    public const int Good = 0;

    /// <summary>A count was wrong, or a case could not be run to its end: its figure is worth nothing.</summary>
    public const int Failed = 1;

    /// <summary>Nothing was measured: the command line, or the machine, does not allow it.</summary>
    public const int NotRun = 2;

    /// <summary>All counts were right, but a ratio is beyond its floor.</summary>
    public const int FloorMissed = 3;
}
