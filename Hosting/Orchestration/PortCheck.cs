using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Looks before a process starts whether its ports are free: a better message than the one it would end with.</summary>
internal static class PortCheck
{
    /// <exception cref="DistributedApplicationException">A port is taken; the message names it, its owner and the way out.</exception>
    public static void ThrowIfTaken(ResourceInstance instance)
    {
        foreach (var endpoint in instance.Resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (endpoint.AllocatedEndpoint?.ReplicaPorts[instance.Index] is not { } port || FreePorts.CanListen(port))
                continue;
            throw new DistributedApplicationException(
                $"The port {port} of its endpoint '{endpoint.Name}' is taken by {PortOwner.Find(port) ?? "another process"}. "
                + $"End that process, or run with free ports: dotnet run --project AppHost -- --{LocalRunOptions.RandomizePortsKey}=true");
        }
    }
}
