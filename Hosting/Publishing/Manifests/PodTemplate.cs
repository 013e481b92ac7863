using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>The pod of a workload: restricted, without a token, with a writable folder for temporary files only.</summary>
internal static class PodTemplate
{
    // Nobody's on any node: users above 10000 are not in a host's own table. The images' files can be read by every user.
    private const int UserId = 10001;
    private const string TemporaryVolume = "tmp";
    private const string TemporaryFolder = "/tmp";
    private const string ChecksumAnnotation = "checksum/config";

    // Endpoints are taken out of load balancers while the pod still answers; then the program has 8 s of its own to finish.
    private const int SecondsUntilNobodyCalls = 10;
    private const int GraceSeconds = 30;

    public static V1PodTemplateSpec Create(Workload workload, PublishTarget target, string restartPolicy) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Labels = Labels.OfRelease(workload, target),
            Annotations = new Dictionary<string, string> { [ChecksumAnnotation] = ConfigMapManifest.Checksum(workload) },
        },
        Spec = new V1PodSpec
        {
            ServiceAccountName = workload.Name,
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            RestartPolicy = restartPolicy,
            TerminationGracePeriodSeconds = GraceSeconds,
            TopologySpreadConstraints = workload.Kind == WorkloadKind.Service && !workload.IsSingle ? Spread.Of(workload) : null,
            SecurityContext = new V1PodSecurityContext
            {
                RunAsNonRoot = true,
                RunAsUser = UserId,
                RunAsGroup = UserId,
                FsGroup = UserId,
                SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
            },
            Containers = [CreateContainer(workload, target)],
            Volumes = [new V1Volume { Name = TemporaryVolume, EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity("256Mi") } }],
        },
    };

    private static V1Container CreateContainer(Workload workload, PublishTarget target)
    {
        var container = new V1Container
        {
            Name = workload.Name,
            Image = workload.Image.Reference,
            ImagePullPolicy = target.ImagePullPolicy,
            Args = workload.Arguments.Count > 0 ? [.. workload.Arguments] : null,
            Ports = workload.Ports.Count > 0
                ? [.. workload.Ports.Select(port => new V1ContainerPort { Name = port.Name, ContainerPort = port.Number, Protocol = "TCP" })]
                : null,
            EnvFrom = [new V1EnvFromSource { ConfigMapRef = new V1ConfigMapEnvSource { Name = workload.Name } }],
            Env = Variables(workload),
            Resources = Resources(),
            SecurityContext = new V1SecurityContext
            {
                AllowPrivilegeEscalation = false,
                ReadOnlyRootFilesystem = true,
                Capabilities = new V1Capabilities { Drop = ["ALL"] },
            },
            VolumeMounts = [new V1VolumeMount { Name = TemporaryVolume, MountPath = TemporaryFolder }],
        };
        if (workload.Kind == WorkloadKind.Service)
        {
            Probes.AddTo(container, workload);
            // The kubelet's own sleep: the images hold no shell.
            container.Lifecycle = new V1Lifecycle { PreStop = new V1LifecycleHandler { Sleep = new V1SleepAction { Seconds = SecondsUntilNobodyCalls } } };
        }

        return container;
    }

    // A variable is expanded only by those before it, so what the pod knows of itself comes first.
    private static List<V1EnvVar>? Variables(Workload workload)
    {
        var variables = workload.Environment
            .Where(variable => variable.Value is not PublishedValue.Plain)
            .OrderBy(variable => variable.Value is PublishedValue.FromPod ? 0 : 1)
            .Select(Variable)
            .ToList();
        return variables.Count > 0 ? variables : null;
    }

    private static V1EnvVar Variable(WorkloadVariable variable) => variable.Value switch
    {
        PublishedValue.FromPod pod => new()
        {
            Name = variable.Name,
            ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = pod.FieldPath } },
        },
        PublishedValue.FromSecret secret => new()
        {
            Name = variable.Name,
            ValueFrom = new V1EnvVarSource
            {
                SecretKeyRef = new V1SecretKeySelector { Name = secret.Secret, Key = secret.Key, Optional = secret.IsOptional ? true : null },
            },
        },
        PublishedValue.Expanded expanded => new() { Name = variable.Name, Value = expanded.Text },
        _ => throw new InvalidOperationException($"The variable '{variable.Name}' belongs into the ConfigMap."),
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
