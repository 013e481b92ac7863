namespace Aspire.Hosting.ApplicationModel;

/// <summary>The image of a container resource, for publishing and for Aspire's engine.</summary>
public sealed class ContainerImageAnnotation : IResourceAnnotation
{
    public required string Image { get; set; }

    public string? Registry { get; set; }

    public string? Tag { get; set; }
}
