using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Publishing;
using k8s;
using k8s.Models;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>Manifests of a model in a folder of their own, removed at the end.</summary>
internal sealed class PublishedTree : IDisposable
{
    private readonly ListLogger _logger = new();

    public string Folder { get; } = Directory.CreateTempSubdirectory("publish").FullName;

    public string Messages => string.Join('\n', _logger.Messages);

    public static async Task<PublishedTree> CreateAsync(IEnumerable<IResource> resources)
    {
        var tree = new PublishedTree();
        Assert.Equal(0, await tree.PublishAsync(resources));
        return tree;
    }

    public static Task<PublishedTree> CreateAsync(IDistributedApplicationBuilder builder) => CreateAsync(builder.Resources);

    public Task<int> PublishAsync(IDistributedApplicationBuilder builder) => PublishAsync(builder.Resources);

    /// <summary>The variables of a workload, wherever their values come from: a Secret's as <c>secret NAME/KEY</c>, with a question mark when it may be missing.</summary>
    public IReadOnlyDictionary<string, string> Variables(string workload)
    {
        var templates = Documents().OfType<V1Deployment>().Select(d => d.Spec.Template)
            .Concat(Documents().OfType<V1Job>().Select(j => j.Spec.Template));
        var container = templates.SelectMany(template => template.Spec.Containers).Single(container => container.Name == workload);
        return (Find<V1ConfigMap>(workload).Data ?? new Dictionary<string, string>())
            .Concat(container.Env.Select(variable => KeyValuePair.Create(variable.Name, Describe(variable))))
            .ToDictionary();
    }

    private Task<int> PublishAsync(IEnumerable<IResource> resources) => ManifestPublisher.PublishAsync(
        new DistributedApplicationModel(resources), Folder, _logger, TestContext.Current.CancellationToken);

    public IReadOnlyDictionary<string, string> Files() => Directory
        .EnumerateFiles(Folder, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(Folder, file).Replace('\\', '/'), File.ReadAllText);

    public string Overlay(string name) => Path.Combine(Folder, "overlays", name);

    /// <summary>Sets a value as an operator does.</summary>
    public void Set(string name, string value)
    {
        var file = Path.Combine(Folder, "settings", "settings.env");
        var lines = File.ReadAllLines(file);
        lines[Array.FindIndex(lines, line => line.StartsWith($"{name}=", StringComparison.Ordinal))] = $"{name}={value}";
        File.WriteAllLines(file, lines);
    }

    /// <summary>All documents of the base, read strictly: an unknown or misspelt field fails.</summary>
    public IReadOnlyList<object> Documents() => [.. Files()
        .Where(file => file.Key.StartsWith("base/", StringComparison.Ordinal) && !file.Key.EndsWith("kustomization.yaml", StringComparison.Ordinal))
        .SelectMany(file => ManifestDocuments.Read(file.Value))];

    public T Find<T>(string name)
        where T : IKubernetesObject<V1ObjectMeta> => Documents().OfType<T>().Single(document => document.Metadata.Name == name);

    private static string Describe(V1EnvVar variable) => variable.ValueFrom switch
    {
        { SecretKeyRef: { } secret } => $"secret {secret.Name}/{secret.Key}{(secret.Optional == true ? "?" : "")}",
        { FieldRef: { } field } => $"pod {field.FieldPath}",
        _ => variable.Value,
    };

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
