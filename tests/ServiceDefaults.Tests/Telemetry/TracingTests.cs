using System.Diagnostics;
using Microsoft.AspNetCore.Builder;

namespace CloudNative.ServiceDefaults.Tests.Telemetry;

public sealed class TracingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Get_OrdinaryPath_IsTracedAndProbesAreNot()
    {
        using var spans = new SpanCollector();
        await using var app = await TestApp.StartAsync(
            "Production",
            builder => spans.AddTo(builder.Services),
            app => app.MapGet("/work", () => "done"));

        foreach (var path in new[] { "/alive", "/health", "/metrics", "/work" })
            await app.Client.GetStringAsync(path, Cancellation);

        // Tests run side by side in one process, and the listeners are the process's: only this server's spans count.
        await spans.WaitForAsync("GET /work", span => IsServed(span, app) && Path(span) == "/work");
        Assert.Equal(["/work"], spans.Ended.Where(span => IsServed(span, app)).Select(Path));
    }

    [Fact]
    public async Task Get_OwnSource_IsBelowTheRequest()
    {
        using var spans = new SpanCollector();
        using var source = new ActivitySource("CloudNative.TracingTests");
        await using var app = await TestApp.StartAsync(
            "Production",
            builder => spans.AddTo(builder.Services),
            app => app.MapGet("/work", () => source.StartActivity("step")?.Stop()));

        await app.Client.GetAsync("/work", Cancellation);

        var request = await spans.WaitForAsync("GET /work", span => IsServed(span, app));
        var step = await spans.WaitForAsync("step", span => span.Source.Name == source.Name);
        Assert.Equal(request.SpanId, step.ParentSpanId);
    }

    private static bool IsServed(Activity span, TestApp app) =>
        span.Kind == ActivityKind.Server && Equals(span.GetTagItem("server.port"), app.Address.Port);

    private static string? Path(Activity span) => span.GetTagItem("url.path") as string;
}
