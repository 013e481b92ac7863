using Aspire.Hosting.Publishing.Manifests;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>A pod of a program that is not built from the model: restricted as the workloads' pods are.</summary>
internal sealed record ServerPod(string Name, ServerImage Image)
{
    private const string TemporaryVolume = "tmp";

    public IList<string>? Command { get; init; }

    public IList<string>? Args { get; init; }

    public IList<V1EnvVar> Environment { get; init; } = [];

    public IReadOnlyList<(string Name, int Number)> Ports { get; init; } = [];

    /// <summary>Folders that the program writes to and that may be empty when it starts; the root file system is read-only.</summary>
    public IReadOnlyList<string> EmptyFolders { get; init; } = [];

    public IReadOnlyList<V1Volume> Volumes { get; init; } = [];

    public IReadOnlyList<V1VolumeMount> Mounts { get; init; } = [];

    /// <summary>Whether it can be used; null for what runs to its end. That it is alive is asked of its first port.</summary>
    public V1Probe? Probe { get; init; }

    public required string Cpu { get; init; }

    public required string Memory { get; init; }

    /// <summary>The data server that its pods are, for the network policies; null for none.</summary>
    public string? Server { get; init; }

    /// <summary>Changes with the configuration, so that the pods are replaced.</summary>
    public string? Checksum { get; init; }

    public V1PodTemplateSpec Create(PublishTarget target, string restartPolicy = "Always") => new()
    {
        Metadata = new V1ObjectMeta
        {
            Labels = PodLabels(target),
            Annotations = Checksum is null ? null : new Dictionary<string, string> { [Manifests.Checksum.Annotation] = Checksum },
        },
        Spec = new V1PodSpec
        {
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            RestartPolicy = restartPolicy,
            TerminationGracePeriodSeconds = 60,
            SecurityContext = Security(),
            Containers = [Container()],
            Volumes = [.. Volumes, .. Temporary().Select(folder => new V1Volume { Name = folder.Volume, EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity("256Mi") } })],
        },
    };

    public static V1EnvVar FromSecret(string variable, string secret, string key) => new()
    {
        Name = variable, ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = secret, Key = key } },
    };

    public static V1EnvVar Plain(string variable, string value) => new() { Name = variable, Value = value };

    private V1PodSecurityContext Security()
    {
        var context = Restricted.Pod(Image.UserId);
        // A large volume is not walked through at every start.
        context.FsGroupChangePolicy = "OnRootMismatch";
        return context;
    }

    private Dictionary<string, string> PodLabels(PublishTarget target)
    {
        var labels = Labels.Of(Name, target);
        if (Server is not null)
            labels[DataServer.Label] = Server;
        return labels;
    }

    private V1Container Container() => new()
    {
        Name = Name,
        Image = Image.Reference,
        ImagePullPolicy = "IfNotPresent",
        Command = Command,
        Args = Args,
        Env = Environment.Count > 0 ? Environment : null,
        Ports = Ports.Count > 0 ? [.. Ports.Select(port => new V1ContainerPort { Name = port.Name, ContainerPort = port.Number, Protocol = "TCP" })] : null,
        Resources = new V1ResourceRequirements
        {
            Requests = Quantities(Cpu),
            // Memory is not overcommitted: a pod over its limit is killed.
            Limits = Quantities("2"),
        },
        SecurityContext = Restricted.Container(),
        // Endpoints are taken away while it still answers.
        Lifecycle = Probe is null ? null : new V1Lifecycle { PreStop = new V1LifecycleHandler { Sleep = new V1SleepAction { Seconds = 5 } } },
        StartupProbe = Probe is null ? null : Timed(Probe, periodSeconds: 5, failures: 60),
        LivenessProbe = Probe is null ? null : Timed(new V1Probe { TcpSocket = new V1TCPSocketAction { Port = Ports[0].Name } }, periodSeconds: 20, failures: 6),
        ReadinessProbe = Probe is null ? null : Timed(Probe, periodSeconds: 5, failures: 3),
        VolumeMounts = [.. Mounts, .. Temporary().Select(folder => new V1VolumeMount { Name = folder.Volume, MountPath = folder.Path })],
    };

    private Dictionary<string, ResourceQuantity> Quantities(string cpu) => new()
    {
        ["cpu"] = new(cpu), ["memory"] = new(Memory), ["ephemeral-storage"] = new("256Mi"),
    };

    private static V1Probe Timed(V1Probe probe, int periodSeconds, int failures) => new()
    {
        Exec = probe.Exec, TcpSocket = probe.TcpSocket, HttpGet = probe.HttpGet, PeriodSeconds = periodSeconds, TimeoutSeconds = 5, FailureThreshold = failures,
    };

    private IEnumerable<(string Volume, string Path)> Temporary() => EmptyFolders.Prepend("/tmp")
        .Select((path, number) => (number == 0 ? TemporaryVolume : $"{TemporaryVolume}-{number}", path));
}

/// <summary>An image that others have built: its name where the cluster's nodes find it, and the user that it is made for.</summary>
internal sealed record ServerImage(string Name, string Tag, int UserId)
{
    public static readonly ServerImage Postgres = new("postgres", "17.6", 999);
    public static readonly ServerImage Redis = new("redis", "8.2.2", 999);
    public static readonly ServerImage Kafka = new("apache/kafka", "4.1.0", 1000);
    public static readonly ServerImage Collector = new("otel/opentelemetry-collector", "0.138.0", 10001);

    public string Reference => $"{Name}:{Tag}";
}
