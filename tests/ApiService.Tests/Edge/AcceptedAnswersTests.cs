using System.Net;

namespace CloudNative.ApiService.Tests.Edge;

/// <summary>What a client accepts, and what it gets.</summary>
public sealed class AcceptedAnswersTests(TestApi api)
{
    private const string Meters = "/api/v1/meters";
    private const string Query = Meters + "/m/query";
    private const string Meter = """{"slug": "m", "eventType": "e", "aggregation": "COUNT"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What is got of what is sent as Accept; null: nothing.</summary>
    private static readonly (string Path, string? Accept, string? Type)[] Cases =
    [
        (Meters, null, "application/json"),
        (Meters, "*/*", "application/json"),
        (Meters, "application/*", "application/json"),
        (Meters, "text/html, application/json;q=0.1", "application/json"),
        (Meters, "application/json; charset=utf-8", "application/json"),
        (Meters, "APPLICATION/JSON", "application/json"),
        (Meters, "no type at all", "application/json"),
        (Meters, "text/html", null),
        (Meters, "text/csv", null),
        (Meters, "application/json;q=0", null),
        (Meters, "application/json;q=0, */*", null),
        (Query, "text/csv", "text/csv"),
        (Query, "text/*;q=0.5, application/json;q=0.4", "text/csv"),
        (Query, "text/csv;q=0.5, application/json", "application/json"),
        (Query, "text/csv;q=0, */*", "application/json"),
        (Query, "*/*", "application/json"),
        (Query, "application/xml", null),
    ];

    [Fact]
    public async Task Get_Accepting_GetsThatOr406()
    {
        using var client = await ClientWithMeterAsync();
        foreach (var (path, accept, type) in Cases)
        {
            using var answer = await SendAsync(client, HttpMethod.Get, path, accept, null);

            var expected = type is null ? (HttpStatusCode.NotAcceptable, "application/problem+json") : (HttpStatusCode.OK, type);
            var actual = (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType);
            Assert.True(expected == actual, $"{path} with Accept: {accept} gave {actual} instead of {expected}");
            if (type is null)
                Assert.Contains("application/json", (await answer.ReadJsonAsync(Token)).Text("detail"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Write_AcceptingNothing_IsDoneWhereThereIsNothingToAnswer()
    {
        using var client = await ClientWithMeterAsync();

        using var refused = await SendAsync(client, HttpMethod.Post, Meters, "text/html", Meter.Replace("\"m\"", "\"n\"", StringComparison.Ordinal));
        using var meter = await client.GetAsync(new Uri(Meters + "/n", UriKind.Relative), Token);
        using var deleted = await SendAsync(client, HttpMethod.Delete, Meters + "/m", "text/html", null);

        Assert.Equal((HttpStatusCode.NotAcceptable, HttpStatusCode.NotFound), (refused.StatusCode, meter.StatusCode));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    private async Task<HttpClient> ClientWithMeterAsync()
    {
        var client = await api.CreateTenantClientAsync(Token);
        using var created = await client.PostAsync(new Uri(Meters, UriKind.Relative), Json.Content(Meter), Token);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return client;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string path, string? accept, string? body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : Json.Content(body) };
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await client.SendAsync(request, Token);
    }
}
