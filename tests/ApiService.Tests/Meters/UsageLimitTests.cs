using System.Net;
using CloudNative.Metering.Rollups;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests.Meters;

/// <summary>Questions whose answers would be too long, at an API whose limits are low.</summary>
public sealed class UsageLimitTests(TestApi api)
{
    private const string Definition = """{"slug": "m", "eventType": "t", "aggregation": "COUNT", "groupBy": {"model": "$.model"}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_MoreThanAnAnswerHolds_IsRefusedAndSaysWhatToChange()
    {
        await using var tenant = await TenantWithSink.OpenAsync(api, (client, sink) => new Tenant(client, sink));
        await using var process = new ApiFactory(api.Servers, api.Database) { Replacing = services => services.AddSingleton(new UsageLimits(MaxRows: 2, MaxValues: 3)) };
        using var client = process.CreateClient();
        client.DefaultRequestHeaders.Authorization = tenant.Client.DefaultRequestHeaders.Authorization;
        Assert.Equal("Created", await AskAsync(client, "POST", "", Definition));
        await tenant.Sink.StoreAsync(Event(1, "acme", "a"), Event(1, "beta", "b"), Event(2, "acme", "c"), Event(2, "gamma", "d"));

        const string rows = "The answer would have more than 2 rows: ask for longer windows (windowSize), fewer groups (groupBy, subject) or a shorter range.";
        foreach (var (method, path, body, expected) in new (string, string, string?, string)[]
        {
            ("GET", "/m/query?windowSize=MINUTE", null, "OK"), ("GET", "/m/subjects", null, "OK"), ("POST", "/preview?windowSize=MINUTE", Definition, "OK"),
            ("GET", "/m/query?windowSize=MINUTE&groupBy=subject", null, $"windowSize: {rows}"), ("GET", "/m/query?groupBy=model", null, $"groupBy: {rows}"),
            ("POST", "/m/query", """{"groupBy": ["subject"]}""", $"groupBy: {rows}"), ("POST", "/preview?groupBy=model", Definition, $"groupBy: {rows}"),
            ("GET", "/m/query?groupBy=subject&from=2026-03-01T00:01:00Z&to=2026-03-01T00:02:00Z", null, "OK"),
            ("GET", "/m/group-by/model/values", null, "from: There are more than 3: ask for a shorter range, from and to."),
            ("GET", "/m/group-by/model/values?from=2026-03-01T00:02:00Z", null, "OK"),
        })
            Assert.Equal($"{path} {expected}", $"{path} {await AskAsync(client, method, path, body)}");
    }

    /// <summary>The status, or what is wrong with the question.</summary>
    private static async Task<string> AskAsync(HttpClient client, string method, string path, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/meters{path}") { Content = body is null ? null : Json.Content(body) };
        using var answer = await client.SendAsync(request, Token);
        return answer.StatusCode == HttpStatusCode.BadRequest ? (await answer.ReadJsonAsync(Token)).Text("detail")! : $"{answer.StatusCode}";
    }

    private static string Event(int minute, string subject, string model) =>
        $$$"""{"specversion":"1.0","id":"{{{model}}}","source":"/a","type":"t","subject":"{{{subject}}}","time":"2026-03-01T00:0{{{minute}}}:00Z","data":{"model":"{{{model}}}"}}""";

    private sealed record Tenant(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink);
}
