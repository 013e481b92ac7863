using CloudNative.Bench.Cases;

namespace CloudNative.Bench.Harness;

internal static class CaseList
{
    /// <summary>What runs when no case is named, in this order.</summary>
    public static readonly IReadOnlyList<ICase> Default = [new CopyCase(), new SinkCase(), new BatchIngestCase(), new SingleIngestCase()];

    /// <summary>What takes long, and is only run by name.</summary>
    public static readonly IReadOnlyList<ICase> Long = [];

    public static ICase? Find(string name) =>
        Default.Concat(Long).FirstOrDefault(one => string.Equals(one.Id, name, StringComparison.OrdinalIgnoreCase));

    public static string Describe() => string.Join('\n', Default.Concat(Long).Select(one => $"  {one.Id,-6} {one.Title}"));
}
