using System.Diagnostics;
using System.Runtime.Versioning;
using Aspire.Hosting.Tools;

namespace Aspire.Hosting.Servers.Postgres;

/// <summary>
/// Who runs PostgreSQL when the AppHost is root, because PostgreSQL refuses root. The process changes its user between fork
/// and exec (<see cref="ProcessStartInfo.UserName"/>): no su, sudo or shell stands in between.
/// </summary>
internal sealed record UnprivilegedUser(string Name)
{
    private const string PasswordFile = "/etc/passwd";
    private const UnixFileMode Traverse = UnixFileMode.OtherExecute;

    private static readonly string[] Candidates = ["postgres", "_postgres", "nobody"];

    /// <summary>Null when this process may run PostgreSQL as it is.</summary>
    /// <exception cref="DistributedApplicationException">This is root, and the system has no other user to run it.</exception>
    public static UnprivilegedUser? Find()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return null;

        var known = File.ReadLines(PasswordFile).Select(line => line.Split(':')[0]).ToHashSet();
        return Candidates.FirstOrDefault(known.Contains) is { } name
            ? new UnprivilegedUser(name)
            : throw new DistributedApplicationException(
                $"PostgreSQL refuses to run as root, and {PasswordFile} has none of {string.Join(", ", Candidates)}. "
                + "Add one of them (useradd --system postgres), or run the AppHost as another user.");
    }

    /// <exception cref="DistributedApplicationException">This user can't get at what is in the folder.</exception>
    public void EnsureReach(string folder)
    {
        if (FirstClosed(folder) is { } closed)
            throw new DistributedApplicationException(
                $"PostgreSQL refuses to run as root and runs as '{Name}', who can't get to '{folder}' because '{closed}' is closed to other users. "
                + $"Open it (chmod o+x '{closed}'), move the folder elsewhere, or run the AppHost as another user.");
    }

    /// <summary>Gives the folder to this user, and lets it get there.</summary>
    public async Task OwnAsync(string folder, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
            return;

        OpenTemporaryParents(folder);
        EnsureReach(Path.GetDirectoryName(folder)!);

        using var chown = Process.Start(new ProcessStartInfo("chown", ["-R", Name, folder]) { UseShellExecute = false })!;
        await chown.WaitForExitAsync(cancellationToken);
        if (chown.ExitCode != 0)
            throw new DistributedApplicationException($"'{folder}' could not be given to the user '{Name}'.");
    }

    /// <summary>Where to keep programs for this user when the cache of root is closed to others, as /root is.</summary>
    public static UserCache ReachableCache(UserCache preferred) =>
        !OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess && FirstClosed(preferred.Root) is not null
            ? new UserCache("/var/cache/cloudnative")
            : preferred;

    // A run's temporary folder is made for its owner alone; passing through it shows nothing of what is inside.
    [UnsupportedOSPlatform("windows")]
    private static void OpenTemporaryParents(string folder)
    {
        var temporary = Path.GetFullPath(Path.GetTempPath());
        foreach (var parent in Ancestors(folder).Skip(1).TakeWhile(ancestor => ancestor.StartsWith(temporary, StringComparison.Ordinal)))
        {
            if (IsClosed(parent))
                File.SetUnixFileMode(parent, File.GetUnixFileMode(parent) | Traverse);
        }
    }

    private static string? FirstClosed(string folder) =>
        Ancestors(folder).FirstOrDefault(ancestor => Directory.Exists(ancestor) && IsClosed(ancestor));

    private static IEnumerable<string> Ancestors(string folder)
    {
        for (var current = Path.GetFullPath(folder); current is not null; current = Path.GetDirectoryName(current))
            yield return current;
    }

    private static bool IsClosed(string folder) => !OperatingSystem.IsWindows() && !File.GetUnixFileMode(folder).HasFlag(Traverse);
}
