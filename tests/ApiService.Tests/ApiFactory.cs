using CloudNative.ApiService.Problems;
using CloudNative.Tests;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace CloudNative.ApiService.Tests;

/// <summary>The API on a real Kestrel (the body limit is its own) on a free port. Any type of its assembly leads to its Program.</summary>
public sealed class ApiFactory : WebApplicationFactory<ProblemBody>
{
    private readonly TestServers _servers;
    private readonly string _database;
    private readonly string? _ingest;

    public ApiFactory(TestServers servers, string database, string? ingest = null)
    {
        (_servers, _database, _ingest) = (servers, database, ingest);
        UseKestrel(0);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder) => builder
        .UseEnvironment("Production")
        .UseSetting("ConnectionStrings:metering", _database)
        .UseSetting("ConnectionStrings:redis", _servers.Redis)
        .UseSetting("ConnectionStrings:kafka", _servers.Kafka)
        .UseSetting("services:ingest:http:0", _ingest ?? "http://127.0.0.1:1")
        .UseSetting("Logging:LogLevel:Default", "Warning");
}
