using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>The name of a resource in a cluster: a DNS label, because others reach it by that.</summary>
internal static class ClusterName
{
    private const int MaxLength = 63;

    /// <exception cref="PublishException">It is too long. Everything else the model's own rules see to.</exception>
    public static string Of(IResource resource) => resource.Name.Length <= MaxLength
        ? resource.Name.ToLowerInvariant()
        : throw new PublishException($"The name '{resource.Name}' is too long for Kubernetes: it has {resource.Name.Length} characters, {MaxLength} are allowed.");
}
