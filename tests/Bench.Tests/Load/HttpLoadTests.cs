using System.Collections.Concurrent;
using System.Net;
using System.Text;
using CloudNative.Bench.Load;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CloudNative.Bench.Tests.Load;

/// <summary>The load generator against a real Kestrel.</summary>
public sealed class HttpLoadTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _bodies = [];
    private readonly WebApplication _api;
    private int _requests;

    public HttpLoadTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _api = builder.Build();
        _api.MapPost("/api/v1/events", HandleAsync);
        _api.MapGet("/chunked", () => TypedResults.Ok(Enumerable.Range(0, 10_000)));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Uri Address => new(_api.Urls.First());

    public async ValueTask InitializeAsync() => await _api.StartAsync(Token);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task RunAsync_SomeRefused_SendsThoseAgainWithTheSameIds()
    {
        using var load = new HttpLoad(Address, "key", batch: 3, connections: 2, TimeProvider.System);

        var result = await load.RunAsync(10, Token);

        // Every fourth request was refused: 13 were needed for 10.
        Assert.Equal((30, 3, 10), (result.Acknowledged.Events, result.Refused, result.Latencies.Count));
        Assert.Equal(13, _bodies.Count);
        Assert.Equal(10, _bodies.Distinct().Count());
    }

    [Fact]
    public async Task SendAsync_ChunkedAnswer_IsReadToItsEnd()
    {
        using var connection = new HttpConnection(Address);

        var answer = await connection.SendAsync(Encoding.ASCII.GetBytes($"GET /chunked HTTP/1.1\r\nHost: {Address.Authority}\r\n\r\n"), Token);

        Assert.Equal(200, answer.Status);
        Assert.Equal($"[{string.Join(',', Enumerable.Range(0, 10_000))}]", Encoding.UTF8.GetString(answer.Content().Span));
    }

    private async Task<IResult> HandleAsync(HttpRequest request)
    {
        using var reader = new StreamReader(request.Body);
        _bodies.Enqueue(await reader.ReadToEndAsync(request.HttpContext.RequestAborted));
        return Interlocked.Increment(ref _requests) % 4 == 0 ? TypedResults.StatusCode(503) : TypedResults.NoContent();
    }
}
