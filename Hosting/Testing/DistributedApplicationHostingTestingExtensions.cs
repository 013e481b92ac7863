using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting.Testing;

/// <summary>Reaches the resources of an application under test.</summary>
public static class DistributedApplicationHostingTestingExtensions
{
    /// <summary>A client for an HTTP endpoint.</summary>
    /// <param name="endpointName">Default: <c>https</c> if there is one, else <c>http</c>.</param>
    public static HttpClient CreateHttpClient(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        var address = app.GetEndpoint(resourceName, endpointName);
        if (app.Services.GetService<IHttpClientFactory>() is not { } factory)
            return new HttpClient { BaseAddress = address };
        var client = factory.CreateClient();
        client.BaseAddress = address;
        return client;
    }

    /// <summary>The connection string of a resource, once it is known.</summary>
    public static ValueTask<string?> GetConnectionStringAsync(
        this DistributedApplication app, string resourceName, CancellationToken cancellationToken = default) =>
        Find(app, resourceName) is IResourceWithConnectionString resource
            ? resource.GetConnectionStringAsync(cancellationToken)
            : throw new ArgumentException($"The resource '{resourceName}' has no connection string.", nameof(resourceName));

    /// <summary>Where an endpoint listens; known after the start.</summary>
    /// <inheritdoc cref="CreateHttpClient"/>
    public static Uri GetEndpoint(this DistributedApplication app, string resourceName, string? endpointName = null)
    {
        if (Find(app, resourceName) is not IResourceWithEndpoints resource)
            throw new ArgumentException($"The resource '{resourceName}' has no endpoints.", nameof(resourceName));
        var endpoint = endpointName is not null ? resource.GetEndpoint(endpointName)
            : resource.GetEndpoints().FirstOrDefault(e => e.IsHttps)
                ?? resource.GetEndpoints().FirstOrDefault(e => e.IsHttp)
                ?? throw new ArgumentException($"The resource '{resourceName}' has no HTTP endpoint.", nameof(resourceName));
        return new Uri(endpoint.Url);
    }

    private static IResource Find(DistributedApplication app, string resourceName) =>
        app.Services.GetRequiredService<DistributedApplicationModel>().Resources.TryGetByName(resourceName, out var resource)
            ? resource
            : throw new ArgumentException($"There is no resource '{resourceName}'.", nameof(resourceName));
}
