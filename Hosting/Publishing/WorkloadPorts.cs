using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>
/// The ports of workloads in a cluster. A run gives each project ports of its own because they share one machine; in a cluster each
/// has an address of its own, so all of them listen from 8080 on. TLS ends at the gateway, so an HTTPS endpoint beside an HTTP one
/// is left out.
/// </summary>
internal static class WorkloadPorts
{
    private const int FirstHttpPort = 8080;

    /// <exception cref="PublishException">An endpoint has no port that could be known here.</exception>
    public static IReadOnlyList<WorkloadPort> Of(IResource resource)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().ToList();
        if (endpoints.Any(endpoint => endpoint.UriScheme == "http"))
            endpoints.RemoveAll(endpoint => endpoint.UriScheme == "https");

        var nextHttpPort = FirstHttpPort;
        return [.. endpoints.Select(endpoint => new WorkloadPort(endpoint.Name, Number(resource, endpoint, ref nextHttpPort), endpoint.UriScheme, endpoint.IsExternal))];
    }

    /// <summary>Null when the endpoint is not published.</summary>
    public static WorkloadPort? Find(EndpointReference endpoint) =>
        Of(endpoint.Resource).FirstOrDefault(port => string.Equals(port.Name, endpoint.EndpointName, StringComparison.OrdinalIgnoreCase));

    public static WorkloadAddress Address(EndpointReference endpoint) =>
        Find(endpoint) is { } port
            ? new WorkloadAddress(port.Scheme, ClusterName.Of(endpoint.Resource), port.Number)
            : throw new PublishException($"The endpoint '{endpoint.EndpointName}' of '{endpoint.Resource.Name}' is referred to but not published.");

    private static int Number(IResource resource, EndpointAnnotation endpoint, ref int nextHttpPort)
    {
        if (endpoint.UriScheme == "https")
            throw new PublishException($"The endpoint '{endpoint.Name}' of '{resource.Name}' can't be published: TLS ends at the gateway, so give the resource an HTTP endpoint.");
        if (resource is ProjectResource && endpoint.UriScheme == "http")
            return nextHttpPort++;
        return endpoint.TargetPort ?? endpoint.Port ?? throw new PublishException(string.Create(
            CultureInfo.InvariantCulture, $"The endpoint '{endpoint.Name}' of '{resource.Name}' can't be published without a fixed port."));
    }
}

/// <summary>Where the service of a workload answers inside the cluster.</summary>
internal sealed record WorkloadAddress(string Scheme, string Host, int Port)
{
    public string Part(EndpointProperty property) => property switch
    {
        EndpointProperty.Url => $"{Scheme}://{HostAndPort}",
        EndpointProperty.Host or EndpointProperty.IPV4Host => Host,
        EndpointProperty.Scheme => Scheme,
        EndpointProperty.HostAndPort => HostAndPort,
        EndpointProperty.TlsEnabled => Scheme == "https" ? bool.TrueString : bool.FalseString,
        _ => Port.ToString(CultureInfo.InvariantCulture),
    };

    private string HostAndPort => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");
}
