using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;
using Aspire.Hosting.Servers.Redis;
using Aspire.Hosting.Tools;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

/// <summary>Redis. The embedded engine runs Garnet, which speaks its protocol, as a local process.</summary>
public static class RedisBuilderExtensions
{
    private const int DefaultPort = 6379;

    /// <inheritdoc cref="AddRedis(IDistributedApplicationBuilder, string, int?, IResourceBuilder{ParameterResource}?)"/>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port) => builder.AddRedis(name, port, password: null);

    /// <param name="port">Default: any free one.</param>
    /// <param name="password">Default: a random one, or the configuration key <c>Parameters:{name}-password</c>.</param>
    public static IResourceBuilder<RedisResource> AddRedis(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        int? port = null,
        IResourceBuilder<ParameterResource>? password = null)
    {
        // No special characters: a comma in a password ends it in the clients' connection strings.
        var passwordParameter = password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        var redis = new RedisResource(name, passwordParameter);
        return builder.AddResource(redis)
            .WithEndpoint(port: port, targetPort: DefaultPort, scheme: "redis", name: RedisResource.PrimaryEndpointName)
            .WithEndpoint(RedisResource.PrimaryEndpointName, e => e.TargetHost = "127.0.0.1")
            .WithImage("redis", "8.2")
            .WithLocalServer((context, cancellationToken) => CreateServerAsync(redis, context, cancellationToken))
            .WithLifecycleCommands()
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = "Redis",
                Properties = [new ResourcePropertySnapshot(KnownProperties.Source, "Garnet")],
            });
    }

    /// <summary>For Aspire's engine. The embedded engine's server is a cache in memory and starts empty.</summary>
    public static IResourceBuilder<RedisResource> WithDataVolume(
        this IResourceBuilder<RedisResource> builder, string? name = null, bool isReadOnly = false) => builder.WithVolume(name, "/data", isReadOnly);

    private static async Task<GarnetServer> CreateServerAsync(RedisResource redis, LocalProcessContext context, CancellationToken cancellationToken)
    {
        var run = context.Services.GetRequiredService<LocalRun>();
        var options = new GarnetOptions(
            run.RunFolder(redis.Name), await redis.PrimaryEndpoint.PortAsync(cancellationToken), redis.PasswordParameter!.Value);
        return new GarnetServer(options, UserCache.Default, run);
    }
}
