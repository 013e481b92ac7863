using System.Net;
using System.Text.Json;

namespace CloudNative.ApiService.Tests.Customers;

/// <summary>A client of a new tenant, and the short words that tests of customers need.</summary>
internal sealed record CustomerTenant(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink)
{
    public const string Customers = "/api/v1/customers";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<CustomerTenant> OpenAsync(TestApi api) => OpenAsync(api, (client, sink) => new CustomerTenant(client, sink));

    /// <summary>A customer of a key and subjects; its id.</summary>
    public async Task<string> AddAsync(string? key, params string[] subjects)
    {
        var body = JsonSerializer.Serialize(new { name = key ?? subjects[0], key, usageAttribution = new { subjectKeys = subjects } });
        using var created = await CreateAsync(body.Replace("\"key\":null,", "", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        return (await created.ReadJsonAsync(Token)).Text("id")!;
    }

    public Task<HttpResponseMessage> CreateAsync(string body) => Client.PostAsync(new Uri(Customers, UriKind.Relative), Json.Content(body), Token);

    public Task<HttpResponseMessage> EditAsync(string idOrKey, string body, string? ifMatch = null) => SendAsync(HttpMethod.Put, idOrKey, ifMatch, Json.Content(body));

    public Task<HttpResponseMessage> DeleteAsync(string idOrKey, string? ifMatch = null) => SendAsync(HttpMethod.Delete, idOrKey, ifMatch, null);

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Client.GetAsync(new Uri(path, UriKind.Relative), Token);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{path}: {response.StatusCode} {await response.Content.ReadAsStringAsync(Token)}");
        return await response.ReadJsonAsync(Token);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string idOrKey, string? ifMatch, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, $"{Customers}/{Uri.EscapeDataString(idOrKey)}") { Content = content };
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return await Client.SendAsync(request, Token);
    }
}
