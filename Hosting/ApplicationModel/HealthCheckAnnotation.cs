namespace Aspire.Hosting.ApplicationModel;

/// <summary>The registered health check with this key tells the health of the resource.</summary>
public class HealthCheckAnnotation(string key) : IResourceAnnotation
{
    public string Key { get; } = key;
}
