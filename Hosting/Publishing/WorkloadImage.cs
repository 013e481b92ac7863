namespace Aspire.Hosting.Publishing;

/// <summary>The image of a workload.</summary>
/// <param name="Name">With its registry unless the image is built from the model's own code.</param>
/// <param name="IsBuilt">Built from a project of the model: the operator's settings say in which registry it is and which release runs.</param>
internal sealed record WorkloadImage(string Name, string Tag, bool IsBuilt)
{
    /// <summary>Stands in the manifests where the operator's registry goes. One segment, so that it can be found and replaced.</summary>
    public const string DefaultRegistry = "registry";

    /// <summary>What <c>dotnet publish -t:PublishContainer</c> tags an image with unless told otherwise.</summary>
    public const string DefaultTag = "1.0.0";

    public string Reference => IsBuilt ? $"{DefaultRegistry}/{Name}:{Tag}" : $"{Name}:{Tag}";
}
