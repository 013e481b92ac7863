using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Publishing;
using Aspire.Hosting.Publishing.Components;
using Aspire.Hosting.Testing;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>
/// What the system's own AppHost publishes, built once in all ways: the base, each overlay, each component on the base, and each two of them
/// that go together. What needs another component is built with that one.
/// </summary>
public sealed class PublishedSystemFixture : IAsyncLifetime
{
    public const string Base = "base";

    private PublishedTree? _tree;
    private IDistributedApplicationTestingBuilder? _model;

    internal PublishedTree Tree => _tree!;

    /// <summary>Everything that was written, by path.</summary>
    internal IReadOnlyDictionary<string, string> Files { get; private set; } = new Dictionary<string, string>();

    /// <summary>The model that was published.</summary>
    internal IEnumerable<IResource> Resources => _model!.Resources;

    /// <summary>By what was built, such as <c>production</c>, <c>base</c> or <c>base, ingress, tls</c>.</summary>
    internal IReadOnlyDictionary<string, Build> Builds { get; private set; } = new Dictionary<string, Build>();

    public async ValueTask InitializeAsync()
    {
        _model = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(
            ["--operation", "publish", "--step", "publish", "--output-path", "somewhere"], CancellationToken.None);
        _tree = await PublishedTree.CreateAsync(_model.Resources);
        Files = Tree.Files();
        var system = await ManifestPublisher.ReadAsync(new DistributedApplicationModel(_model.Resources), CancellationToken.None);

        var builds = new SortedDictionary<string, Build>(StringComparer.Ordinal);
        foreach (var overlay in Directory.EnumerateDirectories(Path.Combine(Tree.Folder, "overlays")).Order(StringComparer.Ordinal))
            builds[Path.GetFileName(overlay)] = await BuildAsync(overlay);
        foreach (var components in Combinations(ComponentCatalog.Of(system)))
            builds[string.Join(", ", [Base, .. components])] = await BuildAsync(WriteOverlay(components));
        Builds = builds;
    }

    public ValueTask DisposeAsync()
    {
        _tree?.Dispose();
        return _model?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private static IEnumerable<string[]> Combinations(IReadOnlyList<Component> components) =>
    [
        [],
        .. from component in components
           where component.Requires.Count != 1
           select new[] { component.Name },
        .. from first in components.Index()
           from second in components.Skip(first.Index + 1)
           where first.Item.Requires.All(name => name == second.Name) && second.Requires.All(name => name == first.Item.Name)
           where !first.Item.Excludes.Contains(second.Name) && !second.Excludes.Contains(first.Item.Name)
           select new[] { first.Item.Name, second.Name },
    ];

    private string WriteOverlay(string[] components)
    {
        var folder = Path.Combine(Tree.Folder, "combinations", string.Join('+', [Base, .. components]));
        Directory.CreateDirectory(folder);
        File.WriteAllLines(
            Path.Combine(folder, "kustomization.yaml"),
            ["resources: [../../base]", "components:", .. components.Select(component => $"- ../../components/{component}"), "- ../../settings"]);
        return folder;
    }

    private static async Task<Build> BuildAsync(string folder)
    {
        var text = await ClusterTools.BuildAsync(folder, CancellationToken.None);
        return new Build(text, ManifestDocuments.Read(text));
    }

    /// <summary>What kustomize makes of a folder.</summary>
    internal sealed record Build(string Text, IReadOnlyList<object> Documents);
}

[CollectionDefinition(Name)]
public sealed class PublishedSystemTests : ICollectionFixture<PublishedSystemFixture>
{
    public const string Name = "What the AppHost publishes";
}
