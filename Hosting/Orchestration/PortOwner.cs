using System.Globalization;

namespace Aspire.Hosting.Orchestration;

/// <summary>Finds who listens on a port. Only Linux tells, and only of processes that this user may look at.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <returns>For example <c>process 4711 (nginx)</c>; null when it can't be known.</returns>
    public static string? Find(int port)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var sockets = Tables.Where(File.Exists)
            .SelectMany(File.ReadLines).Select(line => Inode(line, port)).OfType<string>().ToHashSet();
        return sockets.Count == 0 ? null : Directory.EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _))
            .Where(folder => Holds(folder, sockets))
            .Select(folder => $"process {Path.GetFileName(folder)} ({Name(folder)})")
            .FirstOrDefault();
    }

    // Columns: number, local address:port in hexadecimal, remote address, state, …, the tenth is the socket's inode.
    private static string? Inode(string line, int port)
    {
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return columns.Length > 9 && columns[3] == Listening
            && columns[1].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port:X4}"), StringComparison.Ordinal)
            ? columns[9]
            : null;
    }

    private static bool Holds(string processFolder, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(processFolder, "fd")).Select(Target)
                .Any(target => target is not null && inodes.Any(inode => target.EndsWith($"socket:[{inode}]", StringComparison.Ordinal)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    // Descriptors come and go while they are looked at.
    private static string? Target(string descriptor)
    {
        try
        {
            return File.ResolveLinkTarget(descriptor, returnFinalTarget: false)?.Name;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Name(string processFolder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(processFolder, "comm")).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}
