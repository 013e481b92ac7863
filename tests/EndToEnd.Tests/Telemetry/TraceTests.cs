using System.Net.Http.Json;
using CloudNative.Tests;

namespace CloudNative.EndToEnd.Tests.Telemetry;

/// <summary>One event's way as a trace. Alone, because in a batch with others it may be a link only.</summary>
[Collection(Alone.Name)]
public sealed class TraceTests(SystemFixture system)
{
    private const string CallerSpan = "00f067aa0ba902b7";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task PostEvent_FromRequestToDatabaseWrite_IsOneTrace()
    {
        using var api = system.CreateApiClient();
        var traceId = Convert.ToHexStringLower(Guid.NewGuid().ToByteArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events")
        {
            Content = JsonContent.Create(new { specversion = "1.0", id = traceId, source = "trace-test", type = "traced", subject = "acme" }),
        };
        request.Headers.Add("traceparent", $"00-{traceId}-{CallerSpan}-01");
        using var response = await api.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();

        var spans = await Eventually.GetAsync(
            _ => Task.FromResult(system.Spans.Spans.Where(span => span.TraceId == traceId).ToList()),
            // A span is reported when it ends, the outer ones last.
            seen => seen.Any(span => span is { Service: "ingest", Name: "process usage-events" }) && seen.Any(span => span is { Service: "api", ParentId: CallerSpan }),
            "one trace with the request in api and the database write in ingest", Deadline);

        var received = Assert.Single(spans, span => span is { Service: "api", ParentId: CallerSpan });
        var send = Assert.Single(spans, span => span is { Service: "api", Name: "send usage-events" });
        var process = Assert.Single(spans, span => span is { Service: "ingest", Name: "process usage-events" });
        Assert.Equal(received.SpanId, send.ParentId);
        Assert.Equal(send.SpanId, process.ParentId);
        Assert.Contains(spans, span => span is { Service: "ingest", Scope: "Npgsql" } && span.ParentId == process.SpanId);
    }
}
