using Aspire.Hosting.Publishing.Manifests.Custom;
using k8s.Models;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>What holds for every pod of every build.</summary>
[Collection(PublishedSystemTests.Name)]
public sealed class PodPolicyTests(PublishedSystemFixture published)
{
    [Fact]
    public void Pods_All_AreRestrictedAndReadOnly() => Finding.MustBeNone(published, build =>
        from pod in PodsOf.Build(build)
        from fault in FaultsOf(pod.Spec).Concat(pod.AllContainers.SelectMany(container => FaultsOf(container, pod.Spec)))
        select $"{pod.Owner}: {fault}");

    [Fact]
    public void Containers_All_HaveRequestsAndLimits() => Finding.MustBeNone(published, build =>
        from pod in PodsOf.Build(build)
        from container in pod.AllContainers
        from resource in new[] { "cpu", "memory" }
        where container.Resources?.Requests?.ContainsKey(resource) != true || container.Resources.Limits?.ContainsKey(resource) != true
        select $"{pod.Owner}: {container.Name} has no request or limit of {resource}");

    [Fact]
    public void Containers_All_HaveAnImageWithAFixedTag() => Finding.MustBeNone(published, build =>
        from pod in PodsOf.Build(build)
        from container in pod.AllContainers
        let name = container.Image.Split('/')[^1]
        where !name.Contains(':', StringComparison.Ordinal) || name.EndsWith(":latest", StringComparison.Ordinal)
        select $"{pod.Owner}: {container.Image}");

    [Fact]
    public void Pods_ThatRunOn_HaveProbesAndAPauseBeforeTheirEnd() => Finding.MustBeNone(published, build =>
        from pod in PodsOf.Build(build)
        where pod.RunsOn
        from container in pod.Spec.Containers
        where container.StartupProbe is null || container.LivenessProbe is null || container.ReadinessProbe is null
            || (container.Lifecycle?.PreStop is null && pod.Owner.StartsWith("Deployment", StringComparison.Ordinal)) || pod.Spec.TerminationGracePeriodSeconds is null
        select $"{pod.Owner}: {container.Name} lacks a probe, its preStop or its grace period");

    [Fact]
    public void Pods_OfTheSystem_RollWhenTheirConfigurationChanges() => Finding.MustBeNone(published, build =>
        from pod in PodsOf.Build(build)
        where pod.Spec.Containers.Any(container => container.EnvFrom?.Any(source => source.ConfigMapRef is not null) == true)
        where pod.Metadata.Annotations?.ContainsKey("checksum/config") != true
        select pod.Owner);

    [Fact]
    public void Values_All_AreNoSecrets() => Finding.MustBeNone(published, build =>
        build.Documents.OfType<V1Secret>().Where(secret => secret.Data is not null || secret.StringData is not null).Select(secret => $"Secret {secret.Metadata.Name}")
            .Concat(from pod in PodsOf.Build(build)
                    from container in pod.AllContainers
                    from variable in container.Env ?? []
                    where !string.IsNullOrEmpty(variable.Value) && IsSecretName(variable.Name)
                    select $"{pod.Owner}: {variable.Name}={variable.Value}")
            .Concat(from map in build.Documents.OfType<V1ConfigMap>()
                    from pair in map.Data ?? new Dictionary<string, string>()
                    where IsSecretName(pair.Key)
                    select $"ConfigMap {map.Metadata.Name}: {pair.Key}"));

    [Fact]
    public void Namespace_EveryBuild_IsRestricted() => Finding.MustBeNone(published, build =>
        build.Documents.OfType<V1Namespace>().Single().Metadata.Labels["pod-security.kubernetes.io/enforce"] == "restricted" ? [] : ["enforces something else"]);

    [Fact]
    public void Documents_All_AreInTheNamespace() => Finding.MustBeNone(published, build =>
        from document in build.Documents
        where document is not V1Namespace
        let metadata = (V1ObjectMeta)document.GetType().GetProperty("Metadata")!.GetValue(document)!
        // What belongs to the Gateway is beside it, where the operator says that is.
        where metadata.NamespaceProperty != (document is Gateway or Certificate or Issuer ? "gateway" : "cloudnative")
        select $"{document.GetType().Name} {metadata.Name} is in '{metadata.NamespaceProperty}'");

    private static bool IsSecretName(string name) =>
        new[] { "PASSWORD", "APIKEY", "API__KEY", "SECRET", "TOKEN", "CONNECTIONSTRINGS" }.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> FaultsOf(V1PodSpec pod)
    {
        if (pod.HostNetwork == true || pod.HostPID == true || pod.HostIPC == true)
            yield return "shares a namespace of the host";
        if (pod.AutomountServiceAccountToken != false)
            yield return "mounts a token";
        if (pod.Volumes?.Any(volume => volume.HostPath is not null) == true)
            yield return "mounts a path of the host";
    }

    private static IEnumerable<string> FaultsOf(V1Container container, V1PodSpec pod)
    {
        if ((container.SecurityContext?.RunAsNonRoot ?? pod.SecurityContext?.RunAsNonRoot) != true)
            yield return $"{container.Name} may be root";
        if ((container.SecurityContext?.SeccompProfile ?? pod.SecurityContext?.SeccompProfile)?.Type != "RuntimeDefault")
            yield return $"{container.Name} has no seccomp profile";
        if (container.SecurityContext is not { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true, Capabilities.Drop: ["ALL"] })
            yield return $"{container.Name} may escalate, write to its root or keeps capabilities";
        if (container.SecurityContext?.Capabilities?.Add?.Count > 0 || container.SecurityContext?.Privileged == true || container.Ports?.Any(port => port.HostPort is not null) == true)
            yield return $"{container.Name} has more rights than restricted allows";
    }
}
