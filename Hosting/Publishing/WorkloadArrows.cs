using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>Whom a workload talks to, by what the model gives it in its variables and arguments. The network lets nothing else through.</summary>
internal sealed record WorkloadArrows
{
    /// <summary>Ports of other workloads, in order.</summary>
    public IReadOnlyList<WorkloadCall> Calls { get; init; } = [];

    /// <summary>Names of data servers, in order.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>A connection whose server the model does not know: that may be anywhere.</summary>
    public bool ReachesAnywhere { get; init; }

    public static WorkloadArrows Of(IEnumerable<object> values)
    {
        var ends = values.SelectMany(Ends).ToList();
        var connections = ends.OfType<IResourceWithConnectionString>().ToList();
        return new WorkloadArrows
        {
            Calls = [.. ends.OfType<EndpointReference>()
                .Select(endpoint => (endpoint.Resource, Port: WorkloadPorts.Find(endpoint)))
                .Where(call => call.Port is not null)
                .Select(call => new WorkloadCall(ClusterName.Of(call.Resource), call.Port!.Name))
                .Distinct()
                .OrderBy(call => call.Workload, StringComparer.Ordinal).ThenBy(call => call.PortName, StringComparer.Ordinal)],
            Servers = [.. connections
                .Select(DataServerReader.ServerOf).OfType<IResource>()
                .Select(ClusterName.Of).Distinct().Order(StringComparer.Ordinal)],
            ReachesAnywhere = connections.Exists(connection => DataServerReader.ServerOf(connection) is null),
        };
    }

    /// <summary>A pod in which two programs run talks to whom either talks.</summary>
    public WorkloadArrows With(WorkloadArrows other) => new()
    {
        Calls = [.. Calls.Union(other.Calls)],
        Servers = [.. Servers.Union(other.Servers)],
        ReachesAnywhere = ReachesAnywhere || other.ReachesAnywhere,
    };

    private static IEnumerable<object> Ends(object value) => value switch
    {
        IResourceBuilder<IResource> builder => Ends(builder.Resource),
        EndpointReference { Resource: IResourceWithConnectionString server } => [server],
        IResource or EndpointReference => [value],
        IValueWithReferences references => references.References.SelectMany(Ends),
        _ => [],
    };
}

/// <summary>A port of another workload.</summary>
internal sealed record WorkloadCall(string Workload, string PortName);
