namespace Aspire.Hosting.ApplicationModel;

/// <summary>Keeps a resource out of what is published.</summary>
public class ManifestPublishingCallbackAnnotation : IResourceAnnotation
{
    public static ManifestPublishingCallbackAnnotation Ignore { get; } = new();
}
