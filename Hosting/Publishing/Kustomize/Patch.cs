using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace Aspire.Hosting.Publishing.Kustomize;

/// <summary>A change of every object that <see cref="Target"/> finds.</summary>
internal sealed record Patch
{
    public required Selector Target { get; init; }

    /// <summary>A list of <see cref="JsonOperation"/>, or a piece of the object, as YAML.</summary>
    [YamlMember(Alias = "patch", ApplyNamingConventions = false, ScalarStyle = ScalarStyle.Literal)]
    public required string Text { get; init; }

    public static Patch Replace(string kind, string name, string path, object value) => Of(kind, name, new JsonOperation { Op = "replace", Path = path, Value = value });

    public static Patch Of(string kind, string name, params JsonOperation[] operations) => new()
    {
        Target = new Selector { Kind = kind, Name = name },
        Text = PublishedFile.ToYaml(operations),
    };

    /// <summary>Takes all objects of a kind away, or the one of that name.</summary>
    public static Patch Delete(string apiVersion, string kind, string? name = null) => new()
    {
        Target = new Selector { Kind = kind, Name = name },
        Text = $"apiVersion: {apiVersion}\nkind: {kind}\nmetadata:\n  name: {name ?? "all"}\n$patch: delete\n",
    };
}

/// <summary>Finds objects by what is not null; a name is a regular expression in a patch.</summary>
internal sealed record Selector
{
    public string? Kind { get; init; }

    public string? Name { get; init; }

    public string? LabelSelector { get; init; }
}
