namespace Aspire.Hosting.Publishing;

/// <summary>A resource of the model as a cluster runs it: everything that its manifests are written from.</summary>
internal sealed record Workload(string Name, WorkloadKind Kind)
{
    /// <summary>The image's name in the manifests; <c>kustomization.yaml</c> maps it to a registry and a tag.</summary>
    public required string Image { get; init; }

    public required string ImageTag { get; init; }

    public int Replicas { get; init; } = 1;

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<WorkloadPort> Ports { get; init; } = [];

    /// <summary>Sorted by name.</summary>
    public IReadOnlyList<WorkloadVariable> Environment { get; init; } = [];

    /// <summary>Whether the pod takes part in the service; null when the model has no HTTP check.</summary>
    public HttpCheck? Readiness { get; init; }

    /// <summary>Whether the pod must be restarted; null means that its port is asked instead.</summary>
    public HttpCheck? Liveness { get; init; }
}

internal enum WorkloadKind
{
    /// <summary>Runs until it is replaced.</summary>
    Service,

    /// <summary>Runs to its end once, because others wait for its completion.</summary>
    RunOnce,
}

/// <summary>A port that the container listens on and, under the same number, the service.</summary>
internal sealed record WorkloadPort(string Name, int Number, string Scheme);

/// <summary>A GET that answers with a success status when all is well.</summary>
internal sealed record HttpCheck(string Path, string PortName);

internal sealed record WorkloadVariable(string Name, PublishedValue Value);
