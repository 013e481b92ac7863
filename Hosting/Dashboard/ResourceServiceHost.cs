using System.Net;
using Aspire.Hosting.ApplicationModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>The gRPC server of <see cref="ResourceService"/>, on loopback, beside and independent of the app host's own host.</summary>
internal sealed class ResourceServiceHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ResourceServiceHost(WebApplication app) => _app = app;

    public Uri Address => new(_app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());

    public static async Task<ResourceServiceHost> StartAsync(
        ResourceServiceOptions options, IServiceProvider applicationServices, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            IPAddress.Loopback, options.Port, endpoint => endpoint.Protocols = HttpProtocols.Http2));
        AddServices(builder.Services, options, applicationServices);

        var app = builder.Build();
        app.MapGrpcService<ResourceService>();
        await app.StartAsync(cancellationToken);
        return new ResourceServiceHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        // Stopping ends the watches; disposing alone would wait for them.
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private static void AddServices(IServiceCollection services, ResourceServiceOptions options, IServiceProvider applicationServices)
    {
        // The model's services are the app host's own; this container must not dispose them, hence the instances.
        services.AddSingleton(applicationServices.GetRequiredService<ResourceNotificationService>());
        services.AddSingleton(applicationServices.GetRequiredService<ResourceLoggerService>());
        services.AddSingleton(applicationServices.GetRequiredService<ResourceCommandService>());
        services.AddSingleton(applicationServices.GetRequiredService<ILogger<CallGuard>>());
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IHostLifetime, EndedByOwner>();
        services.AddSingleton<CallGuard>();
        services.AddRoutingCore();
        services.AddGrpc(grpc => grpc.Interceptors.Add<CallGuard>());
    }

    // The default lifetime listens for Ctrl+C, which is the app host's to hear.
    private sealed class EndedByOwner : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
