using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Dashboard.Contract;
using Grpc.Core;
using Grpc.Net.Client;

namespace CloudNative.Hosting.Tests.Dashboard;

/// <summary>A small real application (two shell scripts, parameters, a connection) and a client of its resource service.</summary>
public sealed class ResourceServiceFixture : IAsyncLifetime
{
    public const string ApiKey = "key-of-this-run";
    public const string Secret = "s3cret";

    private DistributedApplication? _application;
    private ResourceServiceHost? _host;
    private GrpcChannel? _channel;

    internal ResourceNotificationService Notifications => _application!.ResourceNotifications;

    internal DashboardService.DashboardServiceClient Client => new(_channel!);

    public static CallOptions WithKey(string? key, CancellationToken cancellationToken) =>
        new(key is null ? [] : new Metadata { { CallGuard.ApiKeyHeader, key } }, cancellationToken: cancellationToken);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists("/bin/sh"), "The application is made of shell scripts.");
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions
        {
            Args = ["AppHost:Quiet=true", $"Parameters:token={Secret}", "Parameters:greeting=hello", $"ConnectionStrings:store=Password={Secret}"],
            DisableDashboard = true,
        });
        var token = builder.AddParameter("token", secret: true);
        builder.AddParameter("greeting");
        var store = builder.AddConnectionString("store");
        var ticker = builder.AddExecutable("ticker", "/bin/sh", ".", "-c", "i=0; while :; do i=$((i+1)); echo tick $i; sleep 0.05; done")
            .WithArgs(token)
            .WithHttpEndpoint(name: "http")
            .WithEnvironment("TOKEN", token)
            .WithReference(store);
        builder.AddExecutable("late", "/bin/sh", ".", "-c", "echo oops >&2; exec sleep 600").WaitForStart(ticker);

        _application = builder.Build();
        await _application.StartAsync(TestContext.Current.CancellationToken);
        _host = await ResourceServiceHost.StartAsync(
            new ResourceServiceOptions("Small", Port: 0, ApiKey), _application.Services, TestContext.Current.CancellationToken);
        _channel = GrpcChannel.ForAddress(_host.Address);
        foreach (var name in new[] { "token", "greeting", "store", "ticker", "late" })
            await Notifications.WaitForResourceAsync(name, KnownResourceStates.Running, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_host is not null)
            await _host.DisposeAsync();
        if (_application is not null)
            await _application.DisposeAsync();
    }
}
