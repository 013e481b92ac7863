using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>A folder below <c>components/</c>: something that an overlay adds to the base by naming it.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="Purpose">One sentence for the operator's README.</param>
internal sealed record Component(string Name, string Purpose)
{
    public const string Folder = "components";

    /// <summary>New objects, each in a file.</summary>
    public IReadOnlyList<PublishedFile> Resources { get; init; } = [];

    /// <summary>Changes of what the base holds.</summary>
    public IReadOnlyList<Patch> Patches { get; init; } = [];

    /// <summary>Values that it needs from the operator.</summary>
    public IReadOnlyList<Setting> Settings { get; init; } = [];

    /// <summary>What an operator must do for it: paragraphs of Markdown, or empty.</summary>
    public string Instructions { get; init; } = "";

    /// <summary>The components that can't be in the same overlay.</summary>
    public IReadOnlyList<string> Excludes { get; init; } = [];

    /// <summary>The components without which it leads nowhere.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <param name="target">In whose namespace the new objects are, too: what the base says holds for the base only.</param>
    public IEnumerable<PublishedFile> Files(PublishTarget target) =>
    [
        .. Resources,
        PublishedFile.Yaml(Kustomization.File, Kustomization.Component() with
        {
            Namespace = target.Namespace,
            Resources = Resources.Count > 0 ? [.. Resources.Select(file => file.Path)] : null,
            Patches = Patches.Count > 0 ? Patches : null,
        }),
    ];
}
