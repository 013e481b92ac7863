using Aspire.Hosting.Publishing.Components;
using Aspire.Hosting.Publishing.Overlays;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing;

/// <summary>Everything that is written, by path relative to the output folder. The same model gives the same bytes.</summary>
internal static class KustomizeTree
{
    private const string ReadmeFile = "README.md";

    /// <summary>The folders that are the publisher's own. <c>settings/</c> is shared with the operator.</summary>
    public static readonly string[] Folders = [BaseFolder.Name, Component.Folder, Overlay.Folder];

    /// <param name="kept">The settings that the operator has made.</param>
    public static IReadOnlyList<PublishedFile> Create(PublishedSystem system, IReadOnlyDictionary<string, string> kept)
    {
        var components = ComponentCatalog.Of(system);
        var parameters = Setting.Merge(ParameterSettings.Of(system));
        Setting[] own = [.. ReleaseSettings.Of(system), .. NetworkSettings.Of(system)];
        if (parameters.FirstOrDefault(parameter => own.Any(setting => setting.Name == parameter.Name)) is { } twice)
            throw new PublishException($"The parameter '{twice.Name}' can't be published: a setting of every cluster has that name.");
        var settings = Setting.Merge([.. own, .. parameters, .. components.SelectMany(component => component.Settings)]);
        return
        [
            .. BaseFolder.Create(system).Select(file => file.In(BaseFolder.Name)),
            .. components.SelectMany(component => component.Files(system.Target).Select(file => file.In($"{Component.Folder}/{component.Name}"))),
            .. SettingsFolder.Create(settings, kept).Select(file => file.In(SettingsFolder.Name)),
            .. new[] { TrialOverlay.Create(system), ProductionOverlay.Create(system) }.Select(overlay => overlay.Create(components).In(Overlay.Folder)),
            new PublishedFile(ReadmeFile, OperatorReadme.Write(system, components)),
        ];
    }
}
