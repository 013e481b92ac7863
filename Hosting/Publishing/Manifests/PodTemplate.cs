using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>The pod of a workload: restricted, without a token, with a writable folder for temporary files only.</summary>
internal static class PodTemplate
{
    // Nobody's on any node: users above 10000 are not in a host's own table. The images' files can be read by every user.
    private const int UserId = 10001;

    // The pause before SIGTERM, then the 8 s that a program takes at most to finish its work, and some more on a busy node.
    private const int GraceSeconds = 30;

    public static V1PodTemplateSpec Create(Workload workload, PublishedSystem system, string restartPolicy) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Labels = Labels.OfRelease(workload, system.Target),
            Annotations = new Dictionary<string, string> { [Checksum.Annotation] = ConfigMapManifest.ChecksumOf(workload) },
        },
        Spec = new V1PodSpec
        {
            ServiceAccountName = workload.Name,
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            RestartPolicy = restartPolicy,
            TerminationGracePeriodSeconds = GraceSeconds,
            TopologySpreadConstraints = workload.Kind == WorkloadKind.Service && !workload.IsSingle ? Spread.Of(workload) : null,
            SecurityContext = Restricted.Pod(UserId),
            InitContainers = Waits(workload, system),
            Containers = [ContainerManifest.Create(workload, system.Target)],
            Volumes = [new V1Volume { Name = ContainerManifest.TemporaryVolume, EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity("256Mi") } }],
        },
    };

    private static IList<V1Container>? Waits(Workload workload, PublishedSystem system) => workload.WaitsFor.Count == 0 ? null :
    [
        .. system.RunOnce.Where(first => workload.WaitsFor.Contains(first.Name)).Select(first => ContainerManifest.CreateWait(first, system.Target)),
    ];
}
