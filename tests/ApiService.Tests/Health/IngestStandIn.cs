using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CloudNative.ApiService.Tests.Health;

/// <summary>A server whose /health answers one status.</summary>
internal sealed class IngestStandIn(WebApplication server) : IAsyncDisposable
{
    public string Address => server.Urls.Single();

    public static async Task<IngestStandIn> StartAsync(HttpStatusCode answer, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapGet("/health", () => Results.StatusCode((int)answer));
        await server.StartAsync(cancellationToken);
        return new IngestStandIn(server);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
