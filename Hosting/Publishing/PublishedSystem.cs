namespace Aspire.Hosting.Publishing;

/// <summary>The whole model as a cluster sees it: everything that a file of the output is written from.</summary>
internal sealed record PublishedSystem(PublishTarget Target, IReadOnlyList<Workload> Workloads, IReadOnlyList<DataServer> Servers)
{
    public IEnumerable<Workload> Services => Workloads.Where(workload => workload.Kind == WorkloadKind.Service);

    /// <summary>The services that clients outside the cluster reach.</summary>
    public IEnumerable<Workload> External => Services.Where(workload => workload.ExternalPort is not null);

    public IEnumerable<Workload> RunOnce => Workloads.Where(workload => workload.Kind == WorkloadKind.RunOnce);
}
