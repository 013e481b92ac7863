using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>A container: without rights, and with one folder that it can write to.</summary>
internal static class ContainerManifest
{
    public const string TemporaryVolume = "tmp";

    /// <summary>
    /// How a program that runs once is asked to wait, without doing anything, until a run of it elsewhere is through. It exits with 0 then.
    /// </summary>
    public const string WaitArgument = "--wait";

    private const string TemporaryFolder = "/tmp";

    // Load balancers stop sending new requests while the pod still answers.
    private const int SecondsUntilNobodyCalls = 10;

    public static V1Container Create(Workload workload, PublishTarget target)
    {
        var container = Create(workload, workload.Name, workload.Arguments, workload.Environment, target);
        if (workload.Ports.Count > 0)
            container.Ports = [.. workload.Ports.Select(port => new V1ContainerPort { Name = port.Name, ContainerPort = port.Number, Protocol = "TCP" })];
        if (workload.Kind == WorkloadKind.RunOnce)
            return container;
        Probes.AddTo(container, workload);
        // The kubelet's own sleep: the images hold no shell.
        container.Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler { Sleep = new V1SleepAction { Seconds = SecondsUntilNobodyCalls } } };
        return container;
    }

    /// <summary>
    /// The program that runs once, as an init container of a workload that waits for it: asking the cluster whether a Job is through would take
    /// a token and a role. Secret parameters are for the work itself, so a pod that only waits does not get them.
    /// </summary>
    public static V1Container CreateWait(Workload first, PublishTarget target) => Create(
        first, WaitName(first), [.. first.Arguments, WaitArgument],
        first.Environment.Where(variable => variable.Value is not PublishedValue.FromSecret { Key: ValueWriter.ParameterKey }), target);

    public static string WaitName(Workload first) => $"wait-for-{first.Name}";

    private static V1Container Create(
        Workload workload, string name, IReadOnlyList<string> arguments, IEnumerable<WorkloadVariable> environment, PublishTarget target) => new()
        {
            Name = name,
            Image = workload.Image.Reference,
            ImagePullPolicy = target.ImagePullPolicy,
            Args = arguments.Count > 0 ? [.. arguments] : null,
            EnvFrom = [new V1EnvFromSource { ConfigMapRef = new V1ConfigMapEnvSource { Name = workload.Name } }],
            Env = ContainerVariables.Of(environment),
            Resources = Resources(),
            SecurityContext = Restricted.Container(),
            VolumeMounts = [new V1VolumeMount { Name = TemporaryVolume, MountPath = TemporaryFolder }],
        };

    // A start that an overlay replaces once the load is known. Memory is not overcommitted: a pod over its limit is killed.
    private static V1ResourceRequirements Resources() => new()
    {
        Requests = new Dictionary<string, ResourceQuantity>
        {
            ["cpu"] = new("100m"), ["memory"] = new("512Mi"), ["ephemeral-storage"] = new("64Mi"),
        },
        Limits = new Dictionary<string, ResourceQuantity>
        {
            ["cpu"] = new("1"), ["memory"] = new("512Mi"), ["ephemeral-storage"] = new("512Mi"),
        },
    };
}
