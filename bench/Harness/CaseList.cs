using CloudNative.Bench.Cases;

namespace CloudNative.Bench.Harness;

internal static class CaseList
{
    // Some cases read different things from the same rounds.
    private static readonly EndToEndRounds EndToEnd = new();
    private static readonly KillRounds Kills = new();

    /// <summary>What runs when no case is named, in this order.</summary>
    public static readonly IReadOnlyList<ICase> Default =
    [
        new CopyCase(),
        new EndToEndCase(EndToEnd),
        new SinkCase(),
        new BatchIngestCase(),
        new SingleIngestCase(),
        new UncleanCase(),
        new KillCase(Kills),
        new ExactlyOnceCase(Kills),
        new ProcessorCase(EndToEnd),
        new FreshnessCase(EndToEnd),
    ];

    /// <summary>What takes long, and is only run by name.</summary>
    public static readonly IReadOnlyList<ICase> Long = [];

    public static ICase? Find(string name) =>
        Default.Concat(Long).FirstOrDefault(one => one.Id.Split('/').Contains(name, StringComparer.OrdinalIgnoreCase));

    public static string Describe() => string.Join('\n', Default.Concat(Long).Select(one => $"  {one.Id,-6} {one.Title}"));
}
