namespace Aspire.Hosting.Publishing;

/// <summary>A resource of the model as a cluster runs it: everything that its manifests are written from.</summary>
internal sealed record Workload(string Name, WorkloadKind Kind)
{
    public required WorkloadImage Image { get; init; }

    /// <summary>How many run; null when the model does not say, so that the load decides.</summary>
    public int? Replicas { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyList<WorkloadPort> Ports { get; init; } = [];

    /// <summary>Sorted by name.</summary>
    public IReadOnlyList<WorkloadVariable> Environment { get; init; } = [];

    public WorkloadArrows Arrows { get; init; } = new();

    /// <summary>The workloads that run once and must be through before this one starts.</summary>
    public IReadOnlyList<string> WaitsFor { get; init; } = [];

    /// <summary>Whether the pod takes part in the service; null when the model has no HTTP check.</summary>
    public HttpCheck? Readiness { get; init; }

    /// <summary>Whether the pod must be restarted; null means that its port is asked instead.</summary>
    public HttpCheck? Liveness { get; init; }

    /// <summary>Where Prometheus reads its metrics; null when it has none.</summary>
    public HttpCheck? Metrics { get; init; }

    /// <summary>
    /// The variable that names a request header in which a proxy says who the user is. Such a header must come from that proxy only: it is taken out
    /// of what comes from outside. Null when there is none.
    /// </summary>
    public WorkloadVariable? UserHeader => Environment.FirstOrDefault(variable => variable.Name.EndsWith("__UserHeader", StringComparison.Ordinal));

    /// <summary>One at most: it keeps something in memory that another replica would not have.</summary>
    public bool IsSingle => Replicas == 1;

    /// <summary>The port that clients outside the cluster reach; null when there is none.</summary>
    public WorkloadPort? ExternalPort => Ports.FirstOrDefault(port => port is { IsExternal: true, Scheme: "http" });
}

internal enum WorkloadKind
{
    /// <summary>Runs until it is replaced.</summary>
    Service,

    /// <summary>Runs to its end once, because others wait for its completion.</summary>
    RunOnce,
}

/// <summary>A port that the container listens on and, under the same number, the service.</summary>
/// <param name="IsExternal">Whether clients outside the cluster reach it.</param>
internal sealed record WorkloadPort(string Name, int Number, string Scheme, bool IsExternal);

/// <summary>A GET that answers with a success status when all is well.</summary>
internal sealed record HttpCheck(string Path, string PortName);

internal sealed record WorkloadVariable(string Name, PublishedValue Value);
