using System.Globalization;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Publishing.Settings;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>
/// A second release beside the first: each external endpoint has another Deployment and Service, and its route divides the requests by weights. Pods of both
/// have the workload's name, so that the network lets the same through; the label <c>track</c> tells them apart.
/// </summary>
internal static class RolloutComponent
{
    private const int Whole = 100;

    public static Component? CreateCanary(PublishedSystem system) => Create(
        system, new Rollout("canary", "canary", "stable", 1), "A few requests go to another release: `canary-weight` of `canary-weight` + `stable-weight`.", "blue-green");

    public static Component? CreateBlueGreen(PublishedSystem system) => Create(
        system, new Rollout("blue-green", "green", "blue", 2), "Another release stands beside the first at full size, and all requests are switched at once by two weights.", "canary");

    private sealed record Rollout(string Component, string Track, string First, int Replicas);

    private static Component? Create(PublishedSystem system, Rollout rollout, string purpose, string other)
    {
        var external = system.External.Where(workload => !workload.IsSingle).ToList();
        var jobs = system.RunOnce.Where(job => external.Exists(workload => workload.WaitsFor.Contains(job.Name))).ToList();
        return external.Count == 0 ? null : new Component(rollout.Component, purpose)
        {
            Resources =
            [
                .. external.Select(workload => PublishedFile.Yaml($"{workload.Name}/deployment.yaml", Deployment(workload, rollout, system))),
                .. external.Select(workload => PublishedFile.Yaml($"{workload.Name}/service.yaml", Service(workload, rollout, system.Target))),
                .. jobs.Select(job => PublishedFile.Yaml($"{job.Name}/job.yaml", Job(job, rollout, system))),
            ],
            Patches = [.. external.Select(workload => Divide(workload, rollout))],
            Settings = [.. Settings(external, jobs, rollout, system)],
            Excludes = [other, "ingress"],
            Instructions = Instructions(rollout),
        };
    }

    private static string NameOf(Workload workload, Rollout rollout) => $"{workload.Name}-{rollout.Track}";

    private static V1Deployment Deployment(Workload workload, Rollout rollout, PublishedSystem system)
    {
        var deployment = DeploymentManifest.Create(workload, system);
        OnTrack(deployment.Metadata, NameOf(workload, rollout), rollout, system.Target);
        deployment.Spec.Replicas = rollout.Replicas;
        deployment.Spec.Selector.MatchLabels[Labels.Track] = rollout.Track;
        deployment.Spec.Template.Metadata.Labels[Labels.Track] = rollout.Track;
        return deployment;
    }

    private static V1Service Service(Workload workload, Rollout rollout, PublishTarget target)
    {
        var service = ServiceManifest.Create(workload, target);
        OnTrack(service.Metadata, NameOf(workload, rollout), rollout, target);
        service.Spec.Selector[Labels.Track] = rollout.Track;
        return service;
    }

    // Its release may need another schema; the first release runs on with that.
    private static V1Job Job(Workload workload, Rollout rollout, PublishedSystem system)
    {
        var job = JobManifest.Create(workload, system);
        OnTrack(job.Metadata, $"{rollout.Track}-{job.Metadata.Name}", rollout, system.Target);
        job.Spec.Template.Metadata.Labels[Labels.Track] = rollout.Track;
        return job;
    }

    private static void OnTrack(V1ObjectMeta metadata, string name, Rollout rollout, PublishTarget target)
    {
        metadata.Name = name;
        metadata.NamespaceProperty = target.Namespace;
        metadata.Labels[Labels.Track] = rollout.Track;
    }

    private static Patch Divide(Workload workload, Rollout rollout) => Patch.Of(
        HttpRoute.KindName, workload.Name,
        // By it the settings find the route: without this component it has no such backend.
        new JsonOperation { Op = "add", Path = $"/metadata/labels/{Labels.Track}", Value = rollout.Track },
        new JsonOperation { Op = "add", Path = "/spec/rules/0/backendRefs/0/weight", Value = Whole },
        new JsonOperation
        {
            Op = "add",
            Path = "/spec/rules/0/backendRefs/-",
            Value = new HttpRouteBackend { Name = NameOf(workload, rollout), Port = workload.ExternalPort!.Number, Weight = 0 },
        });

    private static IEnumerable<Setting> Settings(IReadOnlyList<Workload> external, IReadOnlyList<Workload> jobs, Rollout rollout, PublishedSystem system)
    {
        var pods = external.Select(workload => (Select: NamedDeployment(workload, rollout), Pod: Deployment(workload, rollout, system).Spec.Template))
            .Concat(jobs.Select(job => (Select: LabelledJob(job, rollout), Pod: Job(job, rollout, system).Spec.Template))).ToList();
        var images = pods.SelectMany(pod => Images(pod.Select, pod.Pod)).ToList();
        var versions = pods.Select(pod => ReleaseSettings.VersionLabel(pod.Select));
        // The tag before the registry, which comes later: its colon, if it has a port, would be the first.
        yield return new Setting($"{rollout.Track}-version", WorkloadImage.DefaultTag, $"The release of the track {rollout.Track}.",
            [.. images.Select(image => image with { Options = ReleaseSettings.Tag }), .. versions, .. jobs.Select(job => ReleaseSettings.JobName(LabelledJob(job, rollout), Job(job, rollout, system).Metadata.Name))]);
        yield return new Setting($"{rollout.Track}-registry", WorkloadImage.DefaultRegistry, $"Where the images of the track {rollout.Track} are.",
            [.. images.Select(image => image with { Options = ReleaseSettings.Registry })]);
        foreach (var parameter in external.Concat(jobs).SelectMany(workload => Parameters(workload, pods)))
            yield return parameter;
        yield return Weight(external, rollout, rollout.First, 0, Whole);
        yield return Weight(external, rollout, rollout.Track, 1, 0);
        yield return new Setting($"{rollout.Track}-replicas", rollout.Replicas.ToString(CultureInfo.InvariantCulture), $"How many pods of each workload run on the track {rollout.Track}.",
            [.. external.Select(workload => new ReplacementTarget { Select = NamedDeployment(workload, rollout), FieldPaths = ["spec.replicas"] })]);
    }

    private static Setting Weight(IEnumerable<Workload> external, Rollout rollout, string track, int backend, int weight) => new(
        $"{track}-weight", weight.ToString(CultureInfo.InvariantCulture), $"The share of the requests that the track {track} gets, relative to the other's.",
        [.. external.Select(workload => new ReplacementTarget
        {
            Select = new Selector { Kind = HttpRoute.KindName, Name = workload.Name, LabelSelector = $"{Labels.Track}={rollout.Track}" }, FieldPaths = [string.Create(CultureInfo.InvariantCulture, $"spec.rules.0.backendRefs.{backend}.weight")],
        })]);

    // The operator's values of the model's parameters hold for both tracks.
    private static IEnumerable<Setting> Parameters(Workload workload, IReadOnlyList<(Selector Select, V1PodTemplateSpec Pod)> pods) =>
        from variable in workload.Environment
        where variable.Value is PublishedValue.FromSetting
        let value = (PublishedValue.FromSetting)variable.Value
        from pod in pods
        from place in Containers(pod.Pod)
        where place.Container.Name == workload.Name || place.Container.Name == ContainerManifest.WaitName(workload)
        select new Setting(value.Setting, value.Text, "", [new ReplacementTarget { Select = pod.Select, FieldPaths = [$"{place.Path}.env.[name={variable.Name}].value"] }]);

    // Only what is built from the model: others' images have their own names and tags.
    private static IEnumerable<ReplacementTarget> Images(Selector controller, V1PodTemplateSpec pod) =>
        from place in Containers(pod)
        where place.Container.Image.StartsWith($"{WorkloadImage.DefaultRegistry}/", StringComparison.Ordinal)
        select new ReplacementTarget { Select = controller, FieldPaths = [$"{place.Path}.image"] };

    private static IEnumerable<(V1Container Container, string Path)> Containers(V1PodTemplateSpec pod) =>
        from list in new[] { (Name: "initContainers", Containers: pod.Spec.InitContainers ?? []), (Name: "containers", pod.Spec.Containers) }
        from container in list.Containers
        select (container, $"spec.template.spec.{list.Name}.[name={container.Name}]");

    private static Selector NamedDeployment(Workload workload, Rollout rollout) => new() { Kind = "Deployment", Name = NameOf(workload, rollout) };

    private static Selector LabelledJob(Workload job, Rollout rollout) => new() { Kind = "Job", LabelSelector = $"{Labels.Name}={job.Name},{Labels.Track}={rollout.Track}" };

    private static string Instructions(Rollout rollout) => $"""
        1. Set `{rollout.Track}-version`, leave the weights, install: the other release stands there without requests.
        2. Set `{rollout.First}-weight` and `{rollout.Track}-weight`, install, watch the alerts; back is the same with the old weights.
        3. Set `version` to the same release, install, and when it is rolled out set the weights back to {Whole} and 0.

        """;
}
