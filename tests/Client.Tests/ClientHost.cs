using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CloudNative.Metering.Client.Tests;

/// <summary>The client as an application registers it, on a stub of the API.</summary>
internal sealed class ClientHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public ClientHost(
        HttpMessageHandler api, Action<UsageReporterOptions>? reporter = null, Action<MeteringClientOptions>? client = null, TimeProvider? clock = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddFakeLogging());
        services.ConfigureHttpClientDefaults(http => http.ConfigurePrimaryHttpMessageHandler(() => api));
        if (clock is not null)
            services.AddSingleton(clock);
        services.AddMeteringClient(options =>
        {
            (options.BaseAddress, options.Key) = (new Uri("http://api"), "key");
            (options.RetryDelay, options.MaxRetryDelay) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(20));
            client?.Invoke(options);
        });
        services.AddUsageReporter(options =>
        {
            options.BatchDelay = TimeSpan.Zero;
            reporter?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
    }

    public MeteringClient Client => _services.GetRequiredService<MeteringClient>();

    public IEnumerable<string> Log => _services.GetFakeLogCollector().GetSnapshot().Select(line => line.Message);

    public UsageReporter Reporter => _services.GetRequiredService<UsageReporter>();

    public static UsageEvent Event(string id, string? data = null) =>
        new() { Id = id, Source = "tests", Type = "call", Subject = "acme", Data = data is null ? null : new { text = data } };

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
