using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;

namespace Aspire.Hosting.Publishing.Settings;

/// <summary>A container of the output that runs a workload's image: its own, or that of a pod which waits for it.</summary>
/// <param name="Pod">The Deployment or Job that it is in.</param>
/// <param name="Path">The container in that object.</param>
internal sealed record PodPlace(Selector Pod, string Path)
{
    private const string Template = "spec.template.spec";

    public static IEnumerable<PodPlace> Of(Workload workload, PublishedSystem system) =>
    [
        new(ControllerOf(workload), $"{Template}.containers.[name={workload.Name}]"),
        .. system.Workloads.Where(other => other.WaitsFor.Contains(workload.Name))
            .Select(other => new PodPlace(ControllerOf(other), $"{Template}.initContainers.[name={ContainerManifest.WaitName(workload)}]")),
    ];

    /// <summary>A Job by its label, because its name is replaced, too.</summary>
    public static Selector ControllerOf(Workload workload) => workload.Kind == WorkloadKind.RunOnce
        ? new Selector { Kind = "Job", LabelSelector = $"{Labels.Name}={workload.Name},{Labels.Track}={Labels.Stable}" }
        : new Selector { Kind = "Deployment", Name = workload.Name };

    public ReplacementTarget Field(string field, ReplacementOptions? options = null) =>
        new() { Select = Pod, FieldPaths = [$"{Path}.{field}"], Options = options };
}
