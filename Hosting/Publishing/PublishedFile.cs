using k8s;

namespace Aspire.Hosting.Publishing;

/// <summary>A file of the output. The same document gives the same bytes.</summary>
internal sealed record PublishedFile(string Path, string Text)
{
    /// <param name="document">A typed model of KubernetesClient, or a record with its custom resource's fields.</param>
    public static PublishedFile Yaml(string path, object document) => new(path, ToYaml(document));

    public static string ToYaml(object document) => KubernetesYaml.Serialize(document).ReplaceLineEndings("\n").TrimEnd('\n') + "\n";

    public PublishedFile In(string folder) => new($"{folder}/{Path}", Text);
}
