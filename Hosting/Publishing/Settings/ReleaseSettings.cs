using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;

namespace Aspire.Hosting.Publishing.Settings;

/// <summary>Which images run: one registry and one tag for all of the system's own.</summary>
internal static class ReleaseSettings
{
    public static IEnumerable<Setting> Of(PublishedSystem system)
    {
        var built = system.Workloads.Where(workload => workload.Image.IsBuilt).ToList();
        var images = built.SelectMany(workload => PodPlace.Of(workload, system)).ToList();

        // The tag first: once a registry with a port is in front of it, its colon is not the only one.
        yield return new Setting(
            "version", WorkloadImage.DefaultTag,
            "The release: the tag of the system's images. Never reuse a tag; lower case letters, digits, dots and hyphens, at most 30.",
            [
                .. images.Select(place => place.Field("image", Part(':', 1))),
                .. built.Select(VersionLabel),
                .. built.Where(workload => workload.Kind == WorkloadKind.RunOnce).Select(workload => JobName(workload, system)),
            ]);
        yield return new Setting(
            "registry", WorkloadImage.DefaultRegistry,
            "Where the system's images are: the part of their names before the last slash.",
            [.. images.Select(place => place.Field("image", Part('/', 0)))]);
    }

    private static ReplacementTarget VersionLabel(Workload workload) => new()
    {
        Select = PodPlace.ControllerOf(workload),
        FieldPaths = [$"metadata.labels.[{Labels.Version}]", $"spec.template.metadata.labels.[{Labels.Version}]"],
    };

    // A Job can't be changed: with the release in its name, each release has one of its own.
    private static ReplacementTarget JobName(Workload workload, PublishedSystem system) => new()
    {
        Select = PodPlace.ControllerOf(workload),
        FieldPaths = ["metadata.name"],
        Options = Part('-', JobManifest.NameOf(workload, system).Count(c => c == '-')),
    };

    private static ReplacementOptions Part(char delimiter, int index) => new() { Delimiter = delimiter.ToString(), Index = index };
}
