using System.Net.Http.Headers;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using CloudNative.EndToEnd.Tests;
using CloudNative.EndToEnd.Tests.Telemetry;

[assembly: AssemblyFixture(typeof(SystemFixture))]

namespace CloudNative.EndToEnd.Tests;

/// <summary>The whole system, booted once from the AppHost on free ports; its services report their spans to the test.</summary>
public sealed class SystemFixture : IAsyncLifetime
{
    public const string ApiKey = "dev-key";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private DistributedApplication? _app;

    public SpanCollector Spans { get; } = new();

    public DistributedApplication App => _app ?? throw new InvalidOperationException("The system has not been started.");

    public async ValueTask InitializeAsync()
    {
        await Spans.StartAsync(TestContext.Current.CancellationToken);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(TestContext.Current.CancellationToken);
        foreach (var project in builder.Resources.OfType<ProjectResource>().ToList())
        {
            builder.CreateResourceBuilder(project)
                .WithEnvironment("OTEL_EXPORTER_OTLP_ENDPOINT", Spans.Endpoint)
                .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
                .WithEnvironment("OTEL_BSP_SCHEDULE_DELAY", "200");
        }

        _app = await builder.BuildAsync(TestContext.Current.CancellationToken);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(StartTimeout);
        await _app.StartAsync(deadline.Token);
        foreach (var name in new[] { "api", "ingest", "web" })
            await _app.ResourceNotifications.WaitForResourceHealthyAsync(name, deadline.Token);
    }

    /// <summary>A client of the API with the development key.</summary>
    public HttpClient CreateApiClient()
    {
        var client = App.CreateHttpClient("api");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        await Spans.DisposeAsync();
    }
}
