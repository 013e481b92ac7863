namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// Something that Aspire's engine runs from an image. The embedded engine runs those it knows (PostgreSQL, Redis, Kafka) as local
/// processes instead, and refuses the rest.
/// </summary>
public class ContainerResource(string name, string? entrypoint = null) : Resource(name),
    IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport, IResourceWithProbes, IComputeResource
{
    public string? Entrypoint { get; set; } = entrypoint;
}
