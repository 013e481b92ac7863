using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Health;

/// <summary>A path of an HTTP endpoint whose status code tells the health.</summary>
internal sealed class HttpHealthCheckAnnotation(string resourceName, Func<EndpointReference> endpoint, string path, int statusCode)
    : ProbeAnnotation(string.Create(CultureInfo.InvariantCulture, $"{resourceName}_{path}_{statusCode}_check"))
{
    // One client for all probes; connections are kept, so that a probe costs one round trip.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public EndpointReference Endpoint => endpoint();

    public string Path { get; } = path;

    public int StatusCode { get; } = statusCode;

    public override async Task<HealthCheckResult> CheckAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var allocated = await Endpoint.EndpointAnnotation.WhenAllocated.WaitAsync(cancellationToken);
        var url = new UriBuilder(allocated.UriScheme, allocated.Address, allocated.ReplicaPorts[instance.Index]).Uri;
        using var response = await Client.GetAsync(new Uri(url, Path), cancellationToken);
        if ((int)response.StatusCode == StatusCode)
            return HealthCheckResult.Healthy();
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        return HealthCheckResult.Unhealthy(string.Create(
            CultureInfo.InvariantCulture, $"GET {Path} answered {(int)response.StatusCode} instead of {StatusCode}: {body}").TrimEnd(' ', ':'));
    }
}
