using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;

namespace Aspire.Hosting.Servers.Postgres;

/// <summary>Makes a data folder, with <c>initdb</c> or as a copy of one that was made before.</summary>
internal sealed class NewCluster(PostgresBinaries binaries, string superuser, UnprivilegedUser? user, IProcessStarter processes)
{
    public const string VersionFile = "PG_VERSION";
    private const int LinesInError = 5;

    /// <summary>
    /// Fills the folder of a run that keeps nothing from the user's cache: a copy takes 0.05 s where initdb takes 0.3 s (1 s on a
    /// busy machine), and every start waits for the database. Nobody comes in through initdb's access rules; the copy gets its own.
    /// </summary>
    public async Task CopyToAsync(string dataFolder, UserCache cache, CancellationToken cancellationToken)
    {
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{binaries.Folder}\n{binaries.Version}\n{superuser}")).AsSpan(0, 8));
        var template = await cache.GetOrCreateAsync(Path.Combine("postgres", $"{binaries.MajorVersion}-{key}"), MakeTemplateAsync, cancellationToken);
        Copy(Path.Combine(template, "data"), dataFolder);
    }

    /// <summary>Runs <c>initdb</c>, and writes its files to the disk when they are to be kept.</summary>
    public async Task InitializeAsync(string dataFolder, bool isKept, CancellationToken cancellationToken)
    {
        string[] arguments = ["--pgdata", dataFolder, "--username", superuser, "--encoding=UTF8", "--no-locale", "--auth=reject", "--no-instructions"];
        var spec = new ProcessSpec(binaries.Initdb, isKept ? arguments : [.. arguments, "--no-sync"])
        {
            UserName = user?.Name,
            WorkingDirectory = dataFolder,
        };
        var lines = new ConcurrentQueue<string>();
        await using var initdb = await processes.StartAsync(spec, output => lines.Enqueue(output.Line));
        if (await initdb.Exit.WaitAsync(cancellationToken) is var exitCode and not 0)
            throw new DistributedApplicationException($"PostgreSQL's initdb failed (exit code {exitCode}): {string.Join(" | ", lines.TakeLast(LinesInError))}");
    }

    private async Task MakeTemplateAsync(string folder, CancellationToken cancellationToken)
    {
        var data = Directory.CreateDirectory(Path.Combine(folder, "data")).FullName;
        if (user is not null)
            await user.OwnAsync(data, cancellationToken);
        await InitializeAsync(data, isKept: true, cancellationToken);
    }

    private static void Copy(string from, string to)
    {
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        // A thousand files, beside other servers that are starting: several threads get more of the machine than one.
        var marker = Path.Combine(from, VersionFile);
        Parallel.ForEach(
            Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => file != marker),
            file => File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)), overwrite: true));
        // Last, because a folder that has it is taken for complete.
        File.Copy(marker, Path.Combine(to, VersionFile));
    }
}
