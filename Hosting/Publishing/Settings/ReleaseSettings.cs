using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;

namespace Aspire.Hosting.Publishing.Settings;

/// <summary>Which images run: one registry and one tag for all of the system's own.</summary>
internal static class ReleaseSettings
{
    /// <summary>The parts of an image's name.</summary>
    public static readonly ReplacementOptions Tag = Part(':', 1), Registry = Part('/', 0);

    public static IEnumerable<Setting> Of(PublishedSystem system)
    {
        var built = system.Workloads.Where(workload => workload.Image.IsBuilt).ToList();
        var images = built.SelectMany(workload => PodPlace.Of(workload, system)).ToList();

        // The tag first: once a registry with a port is in front of it, its colon is not the only one.
        yield return new Setting(
            "version", WorkloadImage.DefaultTag,
            "The release: the tag of the system's images. Never reuse a tag; lower case letters, digits, dots and hyphens, at most 30.",
            [
                .. images.Select(place => place.Field("image", Tag)),
                .. built.Select(workload => VersionLabel(PodPlace.ControllerOf(workload))),
                .. built.Where(workload => workload.Kind == WorkloadKind.RunOnce).Select(workload => JobName(PodPlace.ControllerOf(workload), JobManifest.NameOf(workload, system))),
            ]);
        yield return new Setting(
            "registry", WorkloadImage.DefaultRegistry,
            "Where the system's images are: the part of their names before the last slash.",
            [.. images.Select(place => place.Field("image", Registry))]);
    }

    public static ReplacementTarget VersionLabel(Selector controller) => new()
    {
        Select = controller,
        FieldPaths = [$"metadata.labels.[{Labels.Version}]", $"spec.template.metadata.labels.[{Labels.Version}]"],
    };

    // A Job can't be changed: with the release in its name, each release has one of its own.
    public static ReplacementTarget JobName(Selector job, string name) => new()
    {
        Select = job,
        FieldPaths = ["metadata.name"],
        Options = Part('-', name.Count(c => c == '-')),
    };

    private static ReplacementOptions Part(char delimiter, int index) => new() { Delimiter = delimiter.ToString(), Index = index };
}
