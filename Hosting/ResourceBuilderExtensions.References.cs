using System.Globalization;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

public static partial class ResourceBuilderExtensions
{
    /// <summary>Injects <c>ConnectionStrings__{connectionName}</c> and the connection's parts.</summary>
    /// <param name="connectionName">Null means the source's name.</param>
    /// <param name="optional">Whether a missing connection string leaves the variable out instead of failing.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder,
        IResourceBuilder<IResourceWithConnectionString> source,
        string? connectionName = null,
        bool optional = false)
        where TDestination : IResourceWithEnvironment
    {
        var resource = source.Resource;
        connectionName ??= resource.Name;
        return builder.WithReferenceRelationship(resource).WithEnvironment(context =>
        {
            var flags = InjectionFlags(context.Resource);
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ConnectionString))
                context.EnvironmentVariables[resource.ConnectionStringEnvironmentVariable ?? $"ConnectionStrings__{connectionName}"] =
                    new ConnectionStringReference(resource, optional);
            if (!flags.HasFlag(ReferenceEnvironmentInjectionFlags.ConnectionProperties))
                return;

            var prefix = connectionName.Length == 0 ? "" : EnvironmentVariableName.Encode(connectionName).ToUpperInvariant() + "_";
            foreach (var (name, value) in resource.GetConnectionProperties())
                context.EnvironmentVariables[prefix + name.ToUpperInvariant()] = value;
            foreach (var property in resource.Annotations.OfType<ConnectionPropertyAnnotation>())
                context.EnvironmentVariables[prefix + property.Name.ToUpperInvariant()] = property.Value;
        });
    }

    /// <summary>Injects where the source's endpoints are, for service discovery and as plain variables.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source)
        where TDestination : IResourceWithEnvironment => builder.ReferToEndpoints(source.Resource, endpointName: null, name: null);

    /// <inheritdoc cref="WithReference{TDestination}(IResourceBuilder{TDestination}, IResourceBuilder{IResourceWithServiceDiscovery})"/>
    /// <param name="name">What the destination calls the source.</param>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<IResourceWithServiceDiscovery> source, string name)
        where TDestination : IResourceWithEnvironment => builder.ReferToEndpoints(source.Resource, endpointName: null, name);

    /// <summary>Injects where one endpoint is.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, EndpointReference endpointReference)
        where TDestination : IResourceWithEnvironment =>
        builder.ReferToEndpoints(endpointReference.Resource, endpointReference.EndpointName, name: null);

    /// <summary>Injects a fixed address.</summary>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, string name, Uri uri)
        where TDestination : IResourceWithEnvironment
    {
        if (!uri.IsAbsoluteUri)
            throw new InvalidOperationException($"The address of '{name}' must be absolute, it is '{uri}'.");
        if (uri.AbsolutePath != "/")
            throw new InvalidOperationException($"The address of '{name}' must have no path, it is '{uri}'.");
        return builder.WithEnvironment(context =>
        {
            var flags = InjectionFlags(context.Resource);
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
                context.EnvironmentVariables[$"services__{name}__default__0"] = uri.ToString();
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
                context.EnvironmentVariables[EnvironmentVariableName.Encode(name)] = uri.ToString();
        });
    }

    /// <summary>Narrows what references inject.</summary>
    public static IResourceBuilder<TDestination> WithReferenceEnvironment<TDestination>(
        this IResourceBuilder<TDestination> builder, ReferenceEnvironmentInjectionFlags flags)
        where TDestination : IResourceWithEnvironment => builder.WithAnnotation(new ReferenceEnvironmentInjectionAnnotation(flags));

    private static IResourceBuilder<T> ReferToEndpoints<T>(
        this IResourceBuilder<T> builder, IResourceWithEndpoints source, string? endpointName, string? name)
        where T : IResourceWithEnvironment
    {
        // One annotation for each source, however many of its endpoints are referred to.
        var reference = builder.Resource.Annotations.OfType<EndpointReferenceAnnotation>().SingleOrDefault(r => r.Resource == source);
        if (reference is null)
        {
            reference = new EndpointReferenceAnnotation(source);
            builder.WithAnnotation(reference).WithEnvironment(context => InjectEndpoints(context, reference, name));
        }

        if (endpointName is null)
            reference.UseAllEndpoints = true;
        else
            reference.EndpointNames.Add(endpointName);
        return builder.WithReferenceRelationship(source);
    }

    private static void InjectEndpoints(EnvironmentCallbackContext context, EndpointReferenceAnnotation reference, string? name)
    {
        var flags = InjectionFlags(context.Resource);
        var prefix = EnvironmentVariableName.Encode(name ?? reference.Resource.Name.ToUpperInvariant());
        foreach (var endpoint in reference.Resource.GetEndpoints())
        {
            if (!reference.EndpointNames.Contains(endpoint.EndpointName) && (!reference.UseAllEndpoints || endpoint.ExcludeReferenceEndpoint))
                continue;
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.Endpoints))
                context.EnvironmentVariables[$"{prefix}_{EnvironmentVariableName.Encode(endpoint.EndpointName).ToUpperInvariant()}"] = endpoint;
            if (flags.HasFlag(ReferenceEnvironmentInjectionFlags.ServiceDiscovery))
                InjectServiceDiscovery(context, endpoint, name ?? reference.Resource.Name);
        }
    }

    // Without a proxy in front of the replicas, each is an address of its own and the client's discovery spreads the load.
    private static void InjectServiceDiscovery(EnvironmentCallbackContext context, EndpointReference endpoint, string serviceName)
    {
        var key = endpoint.EndpointName is "http" or "https" ? endpoint.Scheme : endpoint.EndpointName;
        var replicas = endpoint.EndpointAnnotation.AllocatedEndpoint?.ReplicaPorts.Count ?? 1;
        for (var (index, replica) = (0, 0); replica < replicas; index++)
        {
            var variable = string.Create(CultureInfo.InvariantCulture, $"services__{serviceName}__{key}__{index}");
            if (context.EnvironmentVariables.ContainsKey(variable))
                continue;
            context.EnvironmentVariables[variable] = replica == 0 ? endpoint : ReplicaUrl(endpoint.EndpointAnnotation.AllocatedEndpoint!, replica);
            replica++;
        }
    }

    private static string ReplicaUrl(AllocatedEndpoint endpoint, int replica) =>
        string.Create(CultureInfo.InvariantCulture, $"{endpoint.UriScheme}://{endpoint.Address}:{endpoint.ReplicaPorts[replica]}");

    private static ReferenceEnvironmentInjectionFlags InjectionFlags(IResource destination) =>
        destination.Last<ReferenceEnvironmentInjectionAnnotation>()?.Flags ?? ReferenceEnvironmentInjectionFlags.All;
}
