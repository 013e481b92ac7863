using CloudNative.ApiService.Problems;
using CloudNative.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests;

/// <summary>The API on a real Kestrel (the body limit is its own) on a free port. Any type of its assembly leads to its Program.</summary>
public sealed class ApiFactory : WebApplicationFactory<ProblemBody>
{
    private readonly TestServers _servers;
    private readonly string _database;
    private readonly string? _ingest;
    private readonly string? _kafka;
    private readonly (string Key, string Value)[] _settings;

    public ApiFactory(TestServers servers, string database, string? ingest = null, string? kafka = null, params (string Key, string Value)[] settings)
    {
        _settings = settings;
        (_servers, _database, _ingest, _kafka) = (servers, database, ingest, kafka);
        UseKestrel(0);
    }

    /// <summary>What takes the place of services that no setting reaches.</summary>
    public Action<IServiceCollection> Replacing { get; init; } = _ => { };

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        Configure(builder);
        foreach (var (key, value) in _settings)
            builder.UseSetting(key, value);
        builder.ConfigureTestServices(Replacing);
    }

    private void Configure(IWebHostBuilder builder) => builder
        .UseEnvironment("Production")
        .UseSetting("ConnectionStrings:metering", _database)
        .UseSetting("ConnectionStrings:redis", _servers.Redis)
        .UseSetting("ConnectionStrings:kafka", _kafka ?? _servers.Kafka)
        .UseSetting("Producer:Timeout", "00:00:02")
        // Nothing counts the log that the tests share.
        .UseSetting("Backlog:RetentionBytes", "1000000000")
        .UseSetting("services:ingest:http:0", _ingest ?? "http://127.0.0.1:1")
        .UseSetting("Logging:LogLevel:Default", "Warning");
}
