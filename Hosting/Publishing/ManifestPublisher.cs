using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Kubernetes;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Settings;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Publishing;

/// <summary>Writes the model as Kubernetes manifests: a kustomize tree, and a README for whoever installs it.</summary>
internal static partial class ManifestPublisher
{
    /// <returns>The exit code of the AppHost: 0, or 1 when something can't be published. Then nothing was written.</returns>
    public static async Task<int> PublishAsync(
        DistributedApplicationModel model, string outputPath, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            var system = await ReadAsync(model, cancellationToken);
            var folder = Path.GetFullPath(outputPath);
            var files = KustomizeTree.Create(system, await ReadSettingsAsync(folder, cancellationToken));
            RemoveEarlier(folder);
            await WriteAsync(folder, files, cancellationToken);
            LogPublished(logger, system.Workloads.Count, folder);
            return 0;
        }
        catch (Exception e) when (e is DistributedApplicationException or IOException or UnauthorizedAccessException)
        {
            LogFailed(logger, e.Message);
            return 1;
        }
    }

    /// <exception cref="PublishException">Something in the model can't be published.</exception>
    public static async Task<PublishedSystem> ReadAsync(DistributedApplicationModel model, CancellationToken cancellationToken)
    {
        var target = PublishTarget.Of(FindEnvironment(model));
        var reader = new WorkloadReader(model);
        var workloads = await reader.ReadAsync(cancellationToken);
        return new PublishedSystem(target, workloads, await DataServerReader.ReadAsync(model, reader, cancellationToken));
    }

    private static KubernetesEnvironmentResource FindEnvironment(DistributedApplicationModel model) =>
        model.Resources.OfType<KubernetesEnvironmentResource>().ToList() switch
        {
            [var only] => only,
            [] => throw new PublishException("There is nothing to publish to: add builder.AddKubernetesEnvironment(\"name\") to the AppHost."),
            _ => throw new PublishException("There is more than one environment to publish to, and the manifests are for one."),
        };

    private static async Task<IReadOnlyDictionary<string, string>> ReadSettingsAsync(string folder, CancellationToken cancellationToken)
    {
        var file = Path.Combine(folder, SettingsFolder.Name, SettingsFolder.ValuesFile);
        return SettingsFolder.ReadValues(File.Exists(file) ? await File.ReadAllLinesAsync(file, cancellationToken) : []);
    }

    // Files of a workload that is gone must go too, but nothing that someone else has put there: "." may be the repository.
    private static void RemoveEarlier(string folder)
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return;
        if (!File.Exists(Path.Combine(folder, BaseFolder.Name, Kustomization.File)))
            throw new PublishException($"'{folder}' is not empty and not the result of a publish: name another output path.");
        foreach (var earlier in KustomizeTree.Folders.Select(name => Path.Combine(folder, name)).Where(Directory.Exists))
            Directory.Delete(earlier, recursive: true);
    }

    private static async Task WriteAsync(string folder, IEnumerable<PublishedFile> files, CancellationToken cancellationToken)
    {
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Wrote the manifests of {Count} workloads to {Folder}; README.md there says how to install them.")]
    private static partial void LogPublished(ILogger logger, int count, string folder);

    [LoggerMessage(LogLevel.Error, "Nothing was published. {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
