using System.Globalization;
using System.Text;

namespace Aspire.Hosting.Processes.Watchdog;

/// <summary>
/// Finds a run's processes by the variable in their environment, and everything that those started (PostgreSQL's own processes
/// overwrite their environment with a title).
/// </summary>
internal sealed class LinuxRunProcesses(string runId) : IRunProcesses
{
    private readonly byte[] _marker = Encoding.UTF8.GetBytes($"{RunWatchdog.RunVariable}={runId}\0");

    // By id and start time: an id may be another process's by now.
    private readonly HashSet<(int Id, long StartedAt)> _known = [];

    /// <inheritdoc/>
    public void Track(int processId)
    {
        if (ReadStat(processId) is { } stat)
            _known.Add((processId, stat.StartedAt));
    }

    /// <inheritdoc/>
    public IReadOnlyCollection<RunProcess> Alive()
    {
        var all = ReadAll();
        foreach (var (id, stat) in all)
        {
            if (IsMarked(id))
                _known.Add((id, stat.StartedAt));
        }

        AddDescendants(all);
        return [.. all.Where(p => _known.Contains((p.Key, p.Value.StartedAt))).Select(p => new RunProcess(p.Key, !IsKnown(p.Value.Parent, all)))];
    }

    /// <inheritdoc/>
    public void Kill(int processId) => Signals.TrySend(processId, StopSignal.Kill);

    private void AddDescendants(Dictionary<int, Stat> all)
    {
        bool found;
        do
        {
            found = false;
            foreach (var (id, stat) in all)
                found |= IsKnown(stat.Parent, all) && _known.Add((id, stat.StartedAt));
        }
        while (found);
    }

    private bool IsKnown(int id, Dictionary<int, Stat> all) => all.TryGetValue(id, out var stat) && _known.Contains((id, stat.StartedAt));

    private static Dictionary<int, Stat> ReadAll()
    {
        var all = new Dictionary<int, Stat>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && id != Environment.ProcessId && ReadStat(id) is { } stat)
                all.Add(id, stat);
        }

        return all;
    }

    private bool IsMarked(int id)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/environ").AsSpan().IndexOf(_marker) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // "1234 (name, maybe with spaces or parentheses) S 1 …": state, parent, and as the 22nd field the start in ticks. Null for who is gone or a zombie.
    private static Stat? ReadStat(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new Stat(int.Parse(fields[1], CultureInfo.InvariantCulture), long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private readonly record struct Stat(int Parent, long StartedAt);
}
