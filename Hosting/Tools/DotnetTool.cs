using System.Collections.Concurrent;
using System.Xml.Linq;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Tools;

/// <summary>A pinned .NET tool, installed once into the user's cache.</summary>
internal sealed record DotnetTool(string Name, string Version)
{
    private const int LinesInError = 5;

    /// <returns>The assembly to run with <see cref="DotnetHost"/>.</returns>
    /// <exception cref="ToolInstallException">The SDK can't get the package.</exception>
    public async Task<string> InstallAsync(UserCache cache, IProcessStarter processes, CancellationToken cancellationToken)
    {
        var folder = await cache.GetOrCreateAsync(
            Path.Combine("dotnet", $"{Name}@{Version}"), (unfinished, cancellation) => RunInstallAsync(unfinished, processes, cancellation), cancellationToken);
        var settings = Directory.EnumerateFiles(folder, "DotnetToolSettings.xml", SearchOption.AllDirectories).FirstOrDefault();
        var entryPoint = settings is null ? null : XDocument.Load(settings).Descendants("Command").FirstOrDefault()?.Attribute("EntryPoint")?.Value;
        return entryPoint is null
            ? throw new ToolInstallException($"'{folder}' is not a complete installation of {Name}. Delete it, and it is installed again.")
            : Path.Combine(Path.GetDirectoryName(settings)!, entryPoint);
    }

    private async Task RunInstallAsync(string folder, IProcessStarter processes, CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        var install = new ProcessSpec(DotnetHost.Path, ["tool", "install", Name, "--version", Version, "--tool-path", folder])
        {
            WorkingDirectory = folder,
        };
        await using var dotnet = await processes.StartAsync(install, output => lines.Enqueue(output.Line));
        if (await dotnet.Exit.WaitAsync(cancellationToken) is var exitCode and not 0)
            throw new ToolInstallException(
                $"The .NET tool {Name} {Version} could not be installed (exit code {exitCode}): {string.Join(" | ", lines.TakeLast(LinesInError))}. "
                + "It comes from NuGet, once; is a package source reachable?");
    }
}
