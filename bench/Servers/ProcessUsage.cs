using System.Globalization;

namespace CloudNative.Bench.Servers;

/// <summary>Processor time and memory of a process and its descendants, from <c>/proc</c>.</summary>
internal static class ProcessUsage
{
    // Linux counts in hundredths of a second, whatever its own timer does.
    private const double TicksPerSecond = 100;

    // "1234 (name) state parent …": fields of proc(5) behind the name, counted from 0.
    private const int Parent = 1;
    private const int UserTime = 11;
    private const int ChildrensSystemTime = 14;

    /// <summary>Seconds of all processors, of descendants that have ended too.</summary>
    public static double ProcessorSeconds(params IEnumerable<int> processes) =>
        processes.SelectMany(Tree).Sum(process => Stat(process) is { } stat ? stat[UserTime..(ChildrensSystemTime + 1)].Sum(Ticks) : 0) / TicksPerSecond;

    /// <summary>Resident bytes; pages that several processes share are counted once.</summary>
    public static long ResidentBytes(params IEnumerable<int> processes) => processes.SelectMany(Tree).Sum(ProportionalBytes);

    private static IEnumerable<int> Tree(int root)
    {
        var children = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .Select(id => (Id: id, Stat: Stat(id)))
            .Where(process => process.Stat is not null)
            .ToLookup(process => int.Parse(process.Stat![Parent], CultureInfo.InvariantCulture), process => process.Id);
        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(children[tree[i]]);
        return tree;
    }

    private static string[]? Stat(int process) =>
        Read($"/proc/{process}/stat") is { } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : null;

    private static long ProportionalBytes(int process)
    {
        var line = Read($"/proc/{process}/smaps_rollup")?.Split('\n').FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static double Ticks(string field) => double.Parse(field, CultureInfo.InvariantCulture);

    // A process may end while it is looked at.
    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
