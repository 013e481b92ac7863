using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Gives every endpoint its port before anything starts, so that each resource can be told where the others will be.</summary>
internal sealed class EndpointAllocation(FreePorts ports, LocalRunOptions options)
{
    public void Allocate(DistributedApplicationModel model)
    {
        var endpoints = model.Resources
            .SelectMany(r => r.Annotations.OfType<EndpointAnnotation>(), (Resource, Endpoint) => (Resource, Endpoint))
            .Where(e => e.Endpoint.AllocatedEndpoint is null)
            .Select(e => (e.Endpoint, Wanted: WantedPort(e.Resource, e.Endpoint), Replicas: e.Resource.GetReplicaCount()))
            .ToList();
        foreach (var endpoint in endpoints)
            ports.Reserve(endpoint.Wanted);
        foreach (var (endpoint, wanted, replicas) in endpoints)
        {
            var first = wanted ?? ports.Next();
            endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, endpoint.TargetHost, first)
            {
                // Only one process can have the port that was asked for.
                ReplicaPorts = [first, .. Enumerable.Range(1, replicas - 1).Select(_ => ports.Next())],
            };
        }
    }

    // Without a proxy, clients use the port that the process listens on. A project and a server listen where they are told;
    // a program may know only one port.
    private int? WantedPort(IResource resource, EndpointAnnotation endpoint) => resource switch
    {
        ExecutableResource when endpoint.TargetPort is { } fixedPort => fixedPort,
        _ when options.RandomizesPorts => null,
        ProjectResource => endpoint.Port ?? endpoint.TargetPort,
        _ => endpoint.Port,
    };
}
