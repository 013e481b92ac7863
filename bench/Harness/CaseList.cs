using CloudNative.Bench.Cases;

namespace CloudNative.Bench.Harness;

internal static class CaseList
{
    // Some cases read different things from the same rounds.
    private static readonly EndToEndRounds EndToEnd = new();
    private static readonly KillRounds Kills = new(EndToEnd);

    /// <summary>What runs when no case is named, in this order.</summary>
    public static readonly IReadOnlyList<ICase> Default =
    [
        new CopyCase(),
        new EndToEndCase(EndToEnd),
        new SinkCase(),
        new BatchIngestCase(),
        new SingleIngestCase(),
        new QueryCase(),
        new HistoryCase(),
        new ScanCase(),
        new UncleanCase(),
        new KillCase(Kills),
        new ExactlyOnceCase(Kills),
        new ProcessorCase(EndToEnd),
        new BackfillCase(),
        new FreshnessCase(EndToEnd),
    ];

    /// <summary>What takes long, and is only run by name.</summary>
    public static readonly IReadOnlyList<ICase> Long = [new DedupeCase(), new SoakCase()];

    public static ICase? Find(string name) =>
        Default.Concat(Long).FirstOrDefault(one => one.Id.Split('/').Contains(name, StringComparer.OrdinalIgnoreCase));

    public static string Describe() => string.Join('\n', Default.Concat(Long).Select(one => $"  {one.Id,-6} {one.Title}"));
}
