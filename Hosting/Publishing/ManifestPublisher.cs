using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Publishing;

/// <summary>Writes the manifests of an application.</summary>
internal static class ManifestPublisher
{
    /// <returns>The exit code of the process.</returns>
    public static Task<int> PublishAsync(DistributedApplicationModel model, string outputPath, ILogger logger, CancellationToken cancellationToken) =>
        throw new DistributedApplicationException($"This build writes no manifests to '{outputPath}' yet.");
}
