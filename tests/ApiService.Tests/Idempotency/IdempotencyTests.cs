using System.Net;
using CloudNative.Metering.Database;
using CloudNative.Metering.Idempotency;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.ApiService.Tests.Idempotency;

/// <summary>The IETF's draft of the header Idempotency-Key, at the route that creates meters.</summary>
public sealed class IdempotencyTests(TestApi api)
{
    private const string Meter = """{"slug": "m", "eventType": "e", "aggregation": "COUNT"}""";

    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\"8e03978e-40d5-43e8-bc93-6894a57f9324\"", "8e03978e-40d5-43e8-bc93-6894a57f9324")]
    [InlineData("a key", "\"a key\"")]
    public async Task Create_SentAgain_GetsTheSameAnswer(string key, string sameKey)
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var first = await SendAsync(client, Meter, key);
        using var second = await SendAsync(client, Meter, sameKey);

        Assert.Equal([HttpStatusCode.Created, HttpStatusCode.Created], [first.StatusCode, second.StatusCode]);
        Assert.Equal(await first.Content.ReadAsStringAsync(Token), await second.Content.ReadAsStringAsync(Token));
        Assert.Equal((first.Headers.Location, first.Headers.ETag, first.Content.Headers.ContentType), (second.Headers.Location, second.Headers.ETag, second.Content.Headers.ContentType));
        Assert.Equal([false, true], [first.Headers.Contains("Idempotent-Replayed"), second.Headers.Contains("Idempotent-Replayed")]);
    }

    [Fact]
    public async Task Create_ManyAtOnceWithTheSameKey_OneIsCarriedOut()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(client, Meter, "k")));

        var created = responses.Where(response => response.StatusCode == HttpStatusCode.Created).ToList();
        Assert.Single(created, response => !response.Headers.Contains("Idempotent-Replayed"));
        Assert.All(responses.Except(created), response => Assert.Equal(HttpStatusCode.Conflict, response.StatusCode));
        var bodies = await Task.WhenAll(created.Select(response => response.Content.ReadAsStringAsync(Token)));
        Assert.Single(bodies.Distinct());
    }

    [Fact]
    public async Task Create_SameKeyInFlight_IsAConflictUntilTheClaimEnds()
    {
        var (tenantId, apiKey) = await api.CreateTenantAsync(Token);
        using var client = api.ClientOf(apiKey);
        using var created = await SendAsync(client, Meter, "k");
        await using var database = api.OpenDatabase();

        // As if its process had been killed before the meter was there.
        await database.Database.ExecuteSqlRawAsync("update idempotency_keys set status = null where tenant_id = {0}", [tenantId.ToUuid()], Token);
        using var deleted = await client.DeleteAsync(new Uri($"{Meters}/m", UriKind.Relative), Token);
        using var inFlight = await SendAsync(client, Meter, "k");
        await database.Database.ExecuteSqlRawAsync("update idempotency_keys set claimed_until = now() - interval '1 s' where tenant_id = {0}", [tenantId.ToUuid()], Token);
        using var other = await SendAsync(client, Meter.Replace("\"m\"", "\"n\"", StringComparison.Ordinal), "k");
        using var again = await SendAsync(client, Meter, "k");

        Assert.Equal(
            [HttpStatusCode.Conflict, HttpStatusCode.UnprocessableEntity, HttpStatusCode.Created],
            [inFlight.StatusCode, other.StatusCode, again.StatusCode]);
        Assert.False(again.Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task Create_OtherPayloadWithTheSameKey_IsRefused()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var first = await SendAsync(client, Meter, "k");

        using var second = await SendAsync(client, Meter.Replace("\"m\"", "\"n\"", StringComparison.Ordinal), "k");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, second.StatusCode);
        Assert.Equal("application/problem+json", second.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Create_RefusedWithAKey_IsTriedAnew()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        using var taken = await SendAsync(client, Meter, null);
        using var refused = await SendAsync(client, Meter, "k");
        using var deleted = await client.DeleteAsync(new Uri($"{Meters}/m", UriKind.Relative), Token);

        using var again = await SendAsync(client, Meter, "k");

        Assert.Equal([HttpStatusCode.Conflict, HttpStatusCode.Created], [refused.StatusCode, again.StatusCode]);
    }

    [Fact]
    public async Task Create_SameKeyOfAnotherTenant_IsAnotherRequest()
    {
        using var one = await api.CreateTenantClientAsync(Token);
        using var other = await api.CreateTenantClientAsync(Token);
        using var first = await SendAsync(one, Meter, "k");

        using var second = await SendAsync(other, Meter, "k");

        Assert.NotEqual((await first.ReadJsonAsync(Token)).Text("id"), (await second.ReadJsonAsync(Token)).Text("id"));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"half")]
    [InlineData("a\\b")]
    public async Task Create_KeyThatIsNone_IsNamed(string key)
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await SendAsync(client, Meter, key);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = Assert.Single((await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray());
        Assert.Equal("Idempotency-Key", error.Text("field"));
    }

    [Fact]
    public async Task Claim_KeysOfYesterday_AreForgotten()
    {
        var (tenantId, _) = await api.CreateTenantAsync(Token);
        await using var source = NpgsqlDataSource.Create(api.Database);
        var store = new IdempotencyKeyStore(source);
        var claim = (await store.ClaimAsync(tenantId, "old", [1], Token)).Claim;
        await store.CompleteAsync(tenantId, "old", claim!.Value, new StoredAnswer(201, new Dictionary<string, string>(), [2]), Token);
        await using var database = api.OpenDatabase();
        await database.Database.ExecuteSqlRawAsync("update idempotency_keys set created_at = created_at - interval '25 h' where tenant_id = {0}", [tenantId.ToUuid()], Token);

        Assert.NotNull((await store.ClaimAsync(tenantId, "old", [3], Token)).Claim);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Meters) { Content = Json.Content(body) };
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await client.SendAsync(request, Token);
    }
}
