using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>The health check registered under this key tells the resource's health.</summary>
    public static IResourceBuilder<T> WithHealthCheck<T>(this IResourceBuilder<T> builder, string key)
        where T : IResource
    {
        if (builder.Resource.Annotations.OfType<HealthCheckAnnotation>().Any(h => h.Key == key))
            throw new DistributedApplicationException($"The resource '{builder.Resource.Name}' already has a health check '{key}'.");
        return builder.WithAnnotation(new HealthCheckAnnotation(key));
    }

    /// <summary>An HTTP endpoint of the resource tells its health.</summary>
    /// <param name="path">Default: <c>/</c>.</param>
    /// <param name="statusCode">The answer that means healthy. Default: 200.</param>
    /// <param name="endpointName">Default: the first HTTP endpoint.</param>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, string? path = null, int? statusCode = null, [EndpointName] string? endpointName = null)
        where T : IResourceWithEndpoints => builder.WithHttpHealthCheck(
            () => endpointName is null ? FirstHttpEndpoint(builder.Resource) : builder.GetEndpoint(endpointName), path, statusCode);

    /// <inheritdoc cref="WithHttpHealthCheck{T}(IResourceBuilder{T}, string?, int?, string?)"/>
    public static IResourceBuilder<T> WithHttpHealthCheck<T>(
        this IResourceBuilder<T> builder, Func<EndpointReference>? endpointSelector, string? path = null, int? statusCode = null)
        where T : IResourceWithEndpoints => builder.WithAnnotation(new HttpHealthCheckAnnotation(
            builder.Resource.Name, endpointSelector ?? (() => FirstHttpEndpoint(builder.Resource)), path ?? "/", statusCode ?? 200));

    private static EndpointReference FirstHttpEndpoint(IResourceWithEndpoints resource) =>
        resource.GetEndpoints().FirstOrDefault(e => e.IsHttp)
        ?? resource.GetEndpoints().FirstOrDefault(e => e.IsHttps)
        ?? throw new DistributedApplicationException($"The resource '{resource.Name}' has an HTTP health check but no HTTP endpoint.");
}
