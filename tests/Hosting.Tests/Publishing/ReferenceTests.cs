using Aspire.Hosting.Publishing.Manifests.Custom;
using k8s;
using k8s.Models;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>What a document of a build refers to is in the build, or is a Secret that the README says how to make.</summary>
[Collection(PublishedSystemTests.Name)]
public sealed class ReferenceTests(PublishedSystemFixture published)
{
    [Fact]
    public void Pods_AllReferences_Resolve() => Finding.MustBeNone(published, build =>
        from pod in PodsOf.Build(build)
        from reference in ReferencesOf(pod.Spec)
        where !IsThere(build, reference.Kind, reference.Name)
        select $"{pod.Owner} refers to {reference.Kind} {reference.Name}");

    [Fact]
    public void Services_All_SelectPodsThatListen() => Finding.MustBeNone(published, build =>
        from service in build.Documents.OfType<V1Service>()
        where service.Spec.Selector is not null
        let pods = PodsOf.Build(build).Where(pod => Selects(service.Spec.Selector, pod.Metadata.Labels)).ToList()
        from port in service.Spec.Ports
        where pods.Count == 0 || pods.Any(pod => !pod.Spec.Containers.Any(container => Listens(container, port.TargetPort ?? port.Port)))
        select $"Service {service.Metadata.Name}, port {port.Name}");

    [Fact]
    public void Routes_All_LeadToPortsOfServices() => Finding.MustBeNone(published, build =>
        from route in build.Documents.OfType<HttpRoute>()
        from backend in route.Spec.Rules.SelectMany(rule => rule.BackendRefs)
        where Find<V1Service>(build, backend.Name)?.Spec.Ports.Any(port => port.Port == backend.Port) != true
        select $"HTTPRoute {route.Metadata.Name} leads to {backend.Name}:{backend.Port}");

    [Fact]
    public void Ingresses_All_LeadToPortsOfServices() => Finding.MustBeNone(published, build =>
        from ingress in build.Documents.OfType<V1Ingress>()
        from backend in ingress.Spec.Rules.SelectMany(rule => rule.Http.Paths).Select(path => path.Backend.Service)
        where Find<V1Service>(build, backend.Name)?.Spec.Ports.Any(port => port.Port == backend.Port.Number || port.Name == backend.Port.Name) != true
        select $"Ingress {ingress.Metadata.Name} leads to {backend.Name}");

    [Fact]
    public void Monitors_All_FindAService() => Finding.MustBeNone(published, build =>
        from monitor in build.Documents.OfType<ServiceMonitor>()
        from endpoint in monitor.Spec.Endpoints
        where !build.Documents.OfType<V1Service>().Any(service =>
            Selects(monitor.Spec.Selector.MatchLabels, service.Metadata.Labels) && service.Spec.Ports.Any(port => port.Name == endpoint.Port))
        select $"ServiceMonitor {monitor.Metadata.Name}");

    [Fact]
    public void Autoscalers_All_HaveATargetWithoutReplicas() => Finding.MustBeNone(published, build =>
        from scaler in build.Documents.OfType<V2HorizontalPodAutoscaler>()
        where Find<V1Deployment>(build, scaler.Spec.ScaleTargetRef.Name) is not { Spec.Replicas: null }
        select $"HorizontalPodAutoscaler {scaler.Metadata.Name}");

    [Fact]
    public void Budgets_All_CoverPods() => Finding.MustBeNone(published, build =>
        from budget in build.Documents.OfType<V1PodDisruptionBudget>()
        where !PodsOf.Build(build).Any(pod => pod.RunsOn && Selects(budget.Spec.Selector.MatchLabels, pod.Metadata.Labels))
        select $"PodDisruptionBudget {budget.Metadata.Name}");

    [Fact]
    public void Deployments_All_SelectTheirOwnPodsAndHaveABudget() => Finding.MustBeNone(published, build =>
        from deployment in build.Documents.OfType<V1Deployment>()
        where !Selects(deployment.Spec.Selector.MatchLabels, deployment.Spec.Template.Metadata.Labels)
            || !build.Documents.OfType<V1PodDisruptionBudget>().Any(budget => Selects(budget.Spec.Selector.MatchLabels, deployment.Spec.Template.Metadata.Labels))
        select $"Deployment {deployment.Metadata.Name}");

    private static IEnumerable<(string Kind, string Name)> ReferencesOf(V1PodSpec pod)
    {
        if (pod.ServiceAccountName is { } account)
            yield return ("ServiceAccount", account);
        foreach (var container in (pod.InitContainers ?? []).Concat(pod.Containers))
        {
            foreach (var source in container.EnvFrom ?? [])
                yield return source.ConfigMapRef is { } map ? ("ConfigMap", map.Name) : ("Secret", source.SecretRef.Name);
            foreach (var variable in container.Env ?? [])
            {
                if (variable.ValueFrom?.SecretKeyRef is { } secret)
                    yield return ("Secret", secret.Name);
                if (variable.ValueFrom?.ConfigMapKeyRef is { } map)
                    yield return ("ConfigMap", map.Name);
            }
        }

        foreach (var volume in pod.Volumes ?? [])
        {
            if (volume.ConfigMap is { } map)
                yield return ("ConfigMap", map.Name);
            if (volume.Secret is { } secret)
                yield return ("Secret", secret.SecretName);
            if (volume.PersistentVolumeClaim is { } claim)
                yield return ("PersistentVolumeClaim", claim.ClaimName);
        }
    }

    private bool IsThere(PublishedSystemFixture.Build build, string kind, string name) =>
        build.Documents.OfType<IKubernetesObject<V1ObjectMeta>>().Any(document => document.Kind == kind && document.Metadata.Name == name)
        || (kind == "Secret" && published.Files["README.md"].Contains($"create secret generic {name} ", StringComparison.Ordinal));

    private static T? Find<T>(PublishedSystemFixture.Build build, string name)
        where T : class, IKubernetesObject<V1ObjectMeta> => build.Documents.OfType<T>().SingleOrDefault(document => document.Metadata.Name == name);

    private static bool Selects(IDictionary<string, string> selector, IDictionary<string, string>? labels) =>
        labels is not null && selector.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value);

    private static bool Listens(V1Container container, IntOrString port) =>
        container.Ports?.Any(candidate => candidate.Name == port.Value || candidate.ContainerPort.ToString(System.Globalization.CultureInfo.InvariantCulture) == port.Value) == true;
}
