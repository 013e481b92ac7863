using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Projects;

/// <summary>What every project finds in its environment. Stated before anything the AppHost says, so that the AppHost wins.</summary>
internal static class ProjectEnvironment
{
    // In Development, telemetry is seen a second after it happened instead of five to sixty.
    private static readonly string[] DevelopmentIntervals =
        ["OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"];

    public static IResourceBuilder<ProjectResource> WithTelemetry(this IResourceBuilder<ProjectResource> builder)
    {
        var application = builder.ApplicationBuilder;
        if (application.ExecutionContext.IsPublishMode)
            return builder;
        var instances = builder.Resource;
        return builder.WithEnvironment(context =>
        {
            var variables = context.EnvironmentVariables;
            variables["OTEL_SERVICE_NAME"] = builder.Resource.Name;
            variables["OTEL_RESOURCE_ATTRIBUTES"] = new ReplicaValue(i => $"service.instance.id={instances.Instances()[i].Suffix}");
            variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
            if (application.Configuration[TelemetryReceiver.EndpointKey] is { Length: > 0 } endpoint)
            {
                variables["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
                variables["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
                if (application.Configuration[TelemetryReceiver.ApiKeyKey] is { Length: > 0 } apiKey)
                    variables["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-otlp-api-key={apiKey}";
            }

            if (!application.Environment.IsDevelopment())
                return;
            foreach (var interval in DevelopmentIntervals)
                variables[interval] = "1000";
            variables["OTEL_TRACES_SAMPLER"] = "always_on";
            variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        });
    }

    public static IResourceBuilder<ProjectResource> WithLaunchProfile(
        this IResourceBuilder<ProjectResource> builder, SelectedLaunchProfile? selected)
    {
        if (selected is not var (name, profile))
            return builder;
        builder.WithAnnotation(new LaunchProfileAnnotation(name));
        foreach (var url in (profile.ApplicationUrl ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var address = new Uri(url.Replace("://*", "://localhost", StringComparison.Ordinal).Replace("://+", "://localhost", StringComparison.Ordinal));
            if (!builder.GetEndpoint(address.Scheme).Exists)
                builder.WithEndpoint(port: address.Port, scheme: address.Scheme);
        }

        if (builder.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return builder;
        if (CommandLine.Split(profile.CommandLineArgs) is { Count: > 0 } arguments)
            builder.WithArgs([.. arguments]);
        return builder.WithEnvironment(context =>
        {
            foreach (var (variable, value) in profile.EnvironmentVariables)
                context.EnvironmentVariables[variable] = Environment.ExpandEnvironmentVariables(value);
        });
    }

    public static IResourceBuilder<ProjectResource> WithAspNetCoreUrls(this IResourceBuilder<ProjectResource> builder)
    {
        if (builder.ApplicationBuilder.ExecutionContext.IsPublishMode)
            return builder;
        return builder.WithEnvironment(context =>
        {
            var endpoints = builder.Resource.GetEndpoints().Where(e => e.IsHttp || e.IsHttps).ToList();
            if (endpoints.Count > 0)
                context.EnvironmentVariables["ASPNETCORE_URLS"] =
                    new ReplicaValue(i => string.Join(';', endpoints.Select(e => ListenUrl(e.EndpointAnnotation, i))));
        });
    }

    private static string ListenUrl(EndpointAnnotation endpoint, int replica) => string.Create(
        CultureInfo.InvariantCulture,
        $"{endpoint.UriScheme}://{endpoint.TargetHost}:{endpoint.AllocatedEndpoint?.ReplicaPorts[replica]}");
}
