namespace Aspire.Hosting.Publishing.Kustomize;

/// <summary>A change of every object that <see cref="Target"/> finds; at least one must be there.</summary>
internal sealed record Patch
{
    public required Selector Target { get; init; }

    /// <summary>A JSON patch (a list of operations) or a piece of the object, as YAML.</summary>
    [YamlDotNet.Serialization.YamlMember(Alias = "patch", ApplyNamingConventions = false, ScalarStyle = YamlDotNet.Core.ScalarStyle.Literal)]
    public required string Text { get; init; }
}

/// <summary>Finds objects by what is not null; names are regular expressions for patches.</summary>
internal sealed record Selector
{
    public string? Kind { get; init; }

    public string? Name { get; init; }

    public string? LabelSelector { get; init; }
}
