namespace Aspire.Hosting.Publishing;

/// <summary>The file that ties the manifests together; KubernetesClient has no model of it.</summary>
internal sealed record Kustomization
{
    public string ApiVersion { get; init; } = "kustomize.config.k8s.io/v1beta1";

    public string Kind { get; init; } = "Kustomization";

    /// <summary>Null leaves it to the kustomizations below.</summary>
    public string? Namespace { get; init; }

    public required IReadOnlyList<string> Resources { get; init; }

    /// <summary>Null leaves them to the kustomizations below.</summary>
    public IReadOnlyList<KustomizationImage>? Images { get; init; }
}

/// <summary>Where an image that the manifests name really is.</summary>
internal sealed record KustomizationImage
{
    public required string Name { get; init; }

    public required string NewName { get; init; }

    public required string NewTag { get; init; }
}
