using Aspire.Hosting.Publishing.Components;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing.Overlays;

/// <summary>What is installed: the base, components, changes of both, and the operator's settings.</summary>
/// <param name="Name">The folder below <c>overlays/</c>.</param>
/// <param name="Components">Those of the catalogue that it wants; others are added by hand.</param>
internal sealed record Overlay(string Name, IReadOnlyList<string> Components)
{
    public const string Folder = "overlays";
    private const string Up = "../..";

    public IReadOnlyList<Patch> Patches { get; init; } = [];

    public PublishedFile Create(IReadOnlyList<Component> catalog) => PublishedFile.Yaml($"{Name}/{Kustomization.File}", new Kustomization
    {
        Resources = [$"{Up}/{BaseFolder.Name}"],
        Components =
        [
            .. catalog.Where(component => Components.Contains(component.Name)).Select(component => $"{Up}/{Component.Folder}/{component.Name}"),
            $"{Up}/{SettingsFolder.Name}",
        ],
        Patches = Patches.Count > 0 ? Patches : null,
    });
}
