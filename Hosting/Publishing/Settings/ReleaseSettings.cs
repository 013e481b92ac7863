using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;

namespace Aspire.Hosting.Publishing.Settings;

/// <summary>Which images run: one registry and one tag for all of the system's own.</summary>
internal static class ReleaseSettings
{
    public static IEnumerable<Setting> Of(PublishedSystem system)
    {
        var images = system.Workloads.Where(workload => workload.Image.IsBuilt).ToList();
        // The tag first: once a registry with a port is in front of it, its colon is not the only one.
        yield return new Setting(
            "version", WorkloadImage.DefaultTag,
            "The release: the tag of the system's images. Never reuse a tag; lower case letters, digits, dots and hyphens, at most 30.",
            [.. images.Select(workload => Image(workload, ':', 1)), .. images.Select(VersionLabel), .. images.Where(IsJob).Select(JobName)]);
        yield return new Setting(
            "registry", WorkloadImage.DefaultRegistry,
            "Where the system's images are: the part of their names before the last slash.",
            [.. images.Select(workload => Image(workload, '/', 0))]);
    }

    private static ReplacementTarget Image(Workload workload, char delimiter, int index) => new()
    {
        Select = Controller(workload),
        FieldPaths = [$"spec.template.spec.containers.[name={workload.Name}].image"],
        Options = new ReplacementOptions { Delimiter = delimiter.ToString(), Index = index },
    };

    private static ReplacementTarget VersionLabel(Workload workload) => new()
    {
        Select = Controller(workload),
        FieldPaths = [$"metadata.labels.[{Labels.Version}]", $"spec.template.metadata.labels.[{Labels.Version}]"],
    };

    // A Job can't be changed: with the release in its name, each release has one of its own.
    private static ReplacementTarget JobName(Workload workload) => new()
    {
        Select = Controller(workload),
        FieldPaths = ["metadata.name"],
        Options = new ReplacementOptions { Delimiter = "-", Index = JobManifest.NameOf(workload).Count(c => c == '-') },
    };

    // A Job by its label, because its name is replaced, too.
    private static Selector Controller(Workload workload) => IsJob(workload)
        ? new Selector { Kind = "Job", LabelSelector = $"{Labels.Name}={workload.Name}" }
        : new Selector { Kind = "Deployment", Name = workload.Name };

    private static bool IsJob(Workload workload) => workload.Kind == WorkloadKind.RunOnce;
}
