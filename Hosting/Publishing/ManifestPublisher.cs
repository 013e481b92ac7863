using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Publishing;

/// <summary>Writes the model as Kubernetes manifests: <c>base/</c> for kustomize, and a README for whoever installs it.</summary>
internal static partial class ManifestPublisher
{
    private const string ReadmeFile = "README.md";

    /// <returns>The exit code of the AppHost: 0, or 1 when something can't be published. Then nothing was written.</returns>
    public static async Task<int> PublishAsync(
        DistributedApplicationModel model, string outputPath, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            var target = PublishTarget.Of(FindEnvironment(model));
            var workloads = await new WorkloadReader(model).ReadAsync(cancellationToken);
            var files = KustomizeTree.Create(target, workloads);

            var folder = Path.GetFullPath(outputPath);
            RemoveEarlier(folder);
            await WriteAsync(folder, [.. files, (ReadmeFile, OperatorReadme.Write(target.Namespace, workloads))], cancellationToken);
            LogPublished(logger, workloads.Count, folder);
            return 0;
        }
        catch (Exception e) when (e is DistributedApplicationException or IOException or UnauthorizedAccessException)
        {
            LogFailed(logger, e.Message);
            return 1;
        }
    }

    private static KubernetesEnvironmentResource FindEnvironment(DistributedApplicationModel model) =>
        model.Resources.OfType<KubernetesEnvironmentResource>().ToList() switch
        {
            [var only] => only,
            [] => throw new PublishException("There is nothing to publish to: add builder.AddKubernetesEnvironment(\"name\") to the AppHost."),
            _ => throw new PublishException("There is more than one environment to publish to, and the manifests are for one."),
        };

    // Files of a workload that is gone must go too, but nothing that someone else has put there: "." may be the repository.
    private static void RemoveEarlier(string folder)
    {
        var earlier = Path.Combine(folder, KustomizeTree.BaseFolder);
        if (File.Exists(Path.Combine(earlier, KustomizeTree.KustomizationFile)))
            Directory.Delete(earlier, recursive: true);
        else if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new PublishException($"'{folder}' is not empty and not the result of a publish: name another output path.");
    }

    private static async Task WriteAsync(string folder, IEnumerable<(string Path, string Text)> files, CancellationToken cancellationToken)
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
