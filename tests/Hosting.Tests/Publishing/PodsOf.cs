using k8s.Models;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>The pods of a build, whatever makes them.</summary>
internal static class PodsOf
{
    public static IEnumerable<Pod> Build(PublishedSystemFixture.Build build) => build.Documents.SelectMany(document => document switch
    {
        V1Deployment deployment => [new Pod($"Deployment {deployment.Metadata.Name}", deployment.Spec.Template.Metadata, deployment.Spec.Template.Spec)],
        V1StatefulSet set => [new Pod($"StatefulSet {set.Metadata.Name}", set.Spec.Template.Metadata, set.Spec.Template.Spec)],
        V1Job job => [new Pod($"Job {job.Metadata.Name}", job.Spec.Template.Metadata, job.Spec.Template.Spec)],
        V1CronJob job => [new Pod($"CronJob {job.Metadata.Name}", job.Spec.JobTemplate.Spec.Template.Metadata, job.Spec.JobTemplate.Spec.Template.Spec)],
        _ => Array.Empty<Pod>(),
    });

    internal sealed record Pod(string Owner, V1ObjectMeta Metadata, V1PodSpec Spec)
    {
        public bool RunsOn => Owner.StartsWith("Deployment", StringComparison.Ordinal) || Owner.StartsWith("StatefulSet", StringComparison.Ordinal);

        public IEnumerable<V1Container> AllContainers => [.. Spec.InitContainers ?? [], .. Spec.Containers];
    }
}
