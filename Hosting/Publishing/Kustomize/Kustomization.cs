namespace Aspire.Hosting.Publishing.Kustomize;

/// <summary>The file that ties the manifests of a folder together; KubernetesClient has no model of it.</summary>
internal sealed record Kustomization
{
    public const string File = "kustomization.yaml";

    public string ApiVersion { get; init; } = "kustomize.config.k8s.io/v1beta1";

    public string Kind { get; init; } = "Kustomization";

    /// <summary>Null leaves it to the kustomizations below.</summary>
    public string? Namespace { get; init; }

    public IReadOnlyList<string>? Resources { get; init; }

    public IReadOnlyList<string>? Components { get; init; }

    public IReadOnlyList<ConfigMapGenerator>? ConfigMapGenerator { get; init; }

    public IReadOnlyList<Patch>? Patches { get; init; }

    public IReadOnlyList<ReplacementsFile>? Replacements { get; init; }

    /// <summary>What another kustomization adds to its own resources.</summary>
    public static Kustomization Component() => new() { ApiVersion = "kustomize.config.k8s.io/v1alpha1", Kind = "Component" };
}

/// <summary>A ConfigMap made of a file of <c>name=value</c> lines.</summary>
internal sealed record ConfigMapGenerator
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Envs { get; init; }

    public required GeneratorOptions Options { get; init; }
}

internal sealed record GeneratorOptions
{
    public bool DisableNameSuffixHash { get; init; }

    public required IReadOnlyDictionary<string, string> Annotations { get; init; }
}

internal sealed record ReplacementsFile
{
    public required string Path { get; init; }
}
