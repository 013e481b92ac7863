using System.Net;
using System.Text.Json;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Audit;
using CloudNative.Metering.Portal;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests.Portal;

/// <summary>Short-lived tokens for one subject: made, shown once, listed, invalidated; and what cannot be seen with one.</summary>
public sealed class PortalTokenTests(TestApi api)
{
    private const string Tokens = PortalTenant.Tokens;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_Token_ShowsItOnceAndKeepsTheHash()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);

        var created = await tenant.SendAsync("POST", Tokens, HttpStatusCode.OK, """{"subject":"acme","allowedMeterSlugs":["tokens"]}""");

        Assert.Matches("^cnm_portal_[0-9A-Za-z]{40}$", created.Text("token"));
        Assert.Equal(("acme", false), (created.Text("subject"), created.GetProperty("expired").GetBoolean()));
        Assert.Equal(TimeSpan.FromHours(1), created.GetProperty("expiresAt").GetDateTimeOffset() - created.GetProperty("createdAt").GetDateTimeOffset());
        var listed = Assert.Single((await tenant.SendAsync("GET", $"{Tokens}?subject=acme", HttpStatusCode.OK)).EnumerateArray());
        Assert.Equal(created.Text("id"), listed.Text("id"));
        Assert.Equal(["tokens"], listed.GetProperty("allowedMeterSlugs").EnumerateArray().Select(slug => slug.GetString()));
        Assert.False(listed.TryGetProperty("token", out _));
        Assert.Empty((await tenant.SendAsync("GET", $"{Tokens}?subject=globex", HttpStatusCode.OK)).EnumerateArray());
    }

    [Fact]
    public async Task Create_FaultyRequest_ListsEveryError()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);

        var problem = await tenant.SendAsync(
            "POST", Tokens, HttpStatusCode.BadRequest, """{"subject":"","allowedMeterSlugs":["tokens","token",null,"t\u0000"],"expiresAt":"2999-01-01T00:00:00Z"}""");
        var others = await tenant.SendAsync("POST", Tokens, HttpStatusCode.BadRequest, """{"subject":"a\u0000","allowedMeterSlugs":[],"expiresAt":"2020-01-01T00:00:00Z"}""");

        Assert.Equal(
            ["subject required", "expiresAt out_of_range", "allowedMeterSlugs[1] unknown", "allowedMeterSlugs[2] unknown", "allowedMeterSlugs[3] unknown"], Errors(problem));
        Assert.Equal(["subject invalid", "expiresAt out_of_range", "allowedMeterSlugs out_of_range"], Errors(others));
        await tenant.SendAsync("POST", Tokens, HttpStatusCode.BadRequest, """{"subject":"acme","allowedMeters":["tokens"]}""");
        Assert.Empty((await tenant.SendAsync("GET", Tokens, HttpStatusCode.OK)).EnumerateArray());
    }

    [Fact]
    public async Task Query_Token_ShowsItsSubjectWhateverIsAsked()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);
        var (secret, _) = await tenant.CreateAsync();

        Assert.Equal(["7"], Values(await tenant.QueryAsync(secret)));
        Assert.Equal(["7"], Values(await tenant.QueryAsync(secret, "?clientId=browser")));
        Assert.Equal(["2"], Values(await tenant.QueryAsync(secret, slug: "calls")));
        Assert.Equal(["3", "4"], Values(await tenant.QueryAsync(secret, "?groupBy=model&windowSize=DAY&windowTimeZone=Asia/Kathmandu&from=2026-03-01T00:00:00Z")));
        Assert.Equal(["3"], Values(await tenant.QueryAsync(secret, "?filterGroupBy[model]=a")));
        var all = await tenant.QueryAsync(secret, "?groupBy=subject&groupBy=model");
        Assert.All(all.GetProperty("data").EnumerateArray(), row => Assert.Equal("acme", row.Text("subject")));
        foreach (var query in (string[])["?subject=globex", "?subject=acme&subject=globex", "?Subject=globex", "?filterCustomerId=01G65Z755AFWAKHE12NY0CQ9FH", "?subject[]=globex"])
            await tenant.QueryAsync(secret, query, expected: HttpStatusCode.BadRequest);
        var refused = await tenant.QueryAsync(secret, "?groupBy=customer_id", expected: HttpStatusCode.BadRequest);
        Assert.EndsWith("has no dimension 'customer_id'; known are subject, model.", refused.Text("detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_SubjectLongerThanAnIndexTakes_ShowsItsUsageAndIsListed()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);
        var random = new Random(1);
        var subject = string.Concat(Enumerable.Range(0, 3_000).Select(_ => (char)('A' + random.Next(26))));
        await tenant.Sink.StoreAsync(PortalTenant.Event("4", subject, 9, "a"), PortalTenant.Event("5", subject[..^1], 90, "a"));

        var (secret, id) = await tenant.CreateAsync($$"""{"subject":"{{subject}}"}""");

        Assert.Equal(["9"], Values(await tenant.QueryAsync(secret)));
        Assert.Equal(id, Assert.Single((await tenant.SendAsync("GET", $"{Tokens}?subject={subject}", HttpStatusCode.OK)).EnumerateArray()).Text("id"));
        await tenant.SendAsync("POST", $"{Tokens}/invalidate", HttpStatusCode.NoContent, $$"""{"subject":"{{subject[..^1]}}"}""");
        Assert.Equal(HttpStatusCode.OK, await tenant.TryAsync(secret));
        await tenant.SendAsync("POST", $"{Tokens}/invalidate", HttpStatusCode.NoContent, $$"""{"subject":"{{subject}}"}""");
        Assert.Equal(HttpStatusCode.Unauthorized, await tenant.TryAsync(secret));
    }

    [Fact]
    public async Task Query_MeterThatIsNotAllowed_IsNotFound()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);
        var (secret, _) = await tenant.CreateAsync("""{"subject":"acme","allowedMeterSlugs":["tokens"]}""");
        var calls = (await tenant.SendAsync("GET", "/api/v1/meters/calls", HttpStatusCode.OK)).Text("id")!;

        Assert.Equal(HttpStatusCode.OK, await tenant.TryAsync(secret));
        Assert.Equal(HttpStatusCode.NotFound, await tenant.TryAsync(secret, "calls"));
        Assert.Equal(HttpStatusCode.NotFound, await tenant.TryAsync(secret, calls));
        Assert.Equal(HttpStatusCode.NotFound, await tenant.TryAsync(secret, "missing"));
    }

    [Fact]
    public async Task Query_ForeignToken_SeesItsOwnTenantOnly()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);
        using var other = await api.CreateTenantClientAsync(Token);
        using var created = await other.PostAsync(new Uri(Tokens, UriKind.Relative), Json.Content("""{"subject":"acme"}"""), Token);
        var foreign = await created.ReadJsonAsync(Token);

        Assert.Equal(HttpStatusCode.NotFound, await tenant.TryAsync(foreign.Text("token")!));
        Assert.Empty((await tenant.SendAsync("GET", Tokens, HttpStatusCode.OK)).EnumerateArray());
        await tenant.SendAsync("POST", $"{Tokens}/invalidate", HttpStatusCode.NotFound, $$"""{"id":"{{foreign.Text("id")}}"}""");
        await tenant.SendAsync("POST", $"{Tokens}/invalidate", HttpStatusCode.NoContent, """{"subject":"acme"}""");
        // Still good: there is no such meter, but somebody who may ask.
        Assert.Equal(HttpStatusCode.NotFound, await tenant.TryAsync(foreign.Text("token")!));
    }

    [Fact]
    public async Task Query_ForgedOrExpiredToken_Is401()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        await using var tenant = await PortalTenant.OpenAsync(api);
        var (secret, _) = await tenant.CreateAsync();
        var expired = PortalToken.NewSecret();
        var now = TimeProvider.System.GetUtcNow();
        await api.Services.GetRequiredService<PortalTokenStore>().AddAsync(
            new PortalToken(Ulid.NewUlid(), tenantId, "acme", null, now.AddHours(-1), now.AddSeconds(-1)), expired, new Actor(tenantId, Ulid.NewUlid()), Token);
        var changed = secret[..^1] + (secret[^1] == 'x' ? 'y' : 'x');

        Assert.Equal(HttpStatusCode.OK, await tenant.TryAsync(secret));
        foreach (var wrong in (string[])[expired, changed, PortalToken.NewSecret(), ApiKeySecret.New(), key, "x", "cnm_portal_", new string('x', 10_000)])
        {
            var problem = await tenant.QueryAsync(wrong, expected: HttpStatusCode.Unauthorized);
            Assert.Equal("The portal token is unknown, expired or invalidated.", problem.Text("detail"));
        }

        // Neither the tenant's own key nor the other header is taken here.
        using var answer = await tenant.Client.GetAsync(new Uri("/api/v1/portal/meters/tokens/query", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        using var header = api.Anonymous;
        header.DefaultRequestHeaders.Add("X-API-Key", secret);
        using var none = await header.GetAsync(new Uri("/api/v1/portal/meters/tokens/query", UriKind.Relative), Token);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (none.StatusCode, none.Headers.WwwAuthenticate.ToString()));
    }

    [Fact]
    public async Task Invalidate_ByIdOrSubject_EndsThoseTokens()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);
        var (first, id) = await tenant.CreateAsync();
        var (second, _) = await tenant.CreateAsync();
        var (globex, _) = await tenant.CreateAsync("""{"subject":"globex"}""");

        await tenant.SendAsync("POST", $"{Tokens}/invalidate", HttpStatusCode.NoContent, $$"""{"id":"{{id}}"}""");
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.OK, HttpStatusCode.OK], [await tenant.TryAsync(first), await tenant.TryAsync(second), await tenant.TryAsync(globex)]);
        await tenant.SendAsync("POST", $"{Tokens}/invalidate", HttpStatusCode.NoContent, """{"subject":"acme"}""");
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.OK], [await tenant.TryAsync(second), await tenant.TryAsync(globex)]);

        var listed = (await tenant.SendAsync("GET", $"{Tokens}?limit=2", HttpStatusCode.OK)).EnumerateArray().ToList();
        Assert.Equal([("globex", false, false), ("acme", true, true)], listed.Select(token =>
            (token.Text("subject")!, token.GetProperty("expired").GetBoolean(), token.TryGetProperty("invalidatedAt", out _))));
        foreach (var body in (string[])["{}", $$"""{"id":"{{id}}","subject":"acme"}""", """{"id":"x"}""", """{"subject":""}"""])
            await tenant.SendAsync("POST", $"{Tokens}/invalidate", HttpStatusCode.BadRequest, body);
    }

    [Fact]
    public async Task List_PartByPart_TellsOfEveryTokenOnce()
    {
        await using var tenant = await PortalTenant.OpenAsync(api);
        var created = new List<string>();
        for (var i = 0; i < 5; i++)
            created.Add((await tenant.CreateAsync(i == 2 ? """{"subject":"globex"}""" : """{"subject":"acme"}""")).Id);

        var (all, acme) = (await ListAsync(tenant, ""), await ListAsync(tenant, "&subject=acme"));

        Assert.Equal(created.Order(StringComparer.Ordinal).Reverse(), all);
        Assert.Equal(all.Where(id => id != created[2]), acme);
        var problem = await tenant.SendAsync("GET", $"{Tokens}?cursor=x&limit=0&subject=", HttpStatusCode.BadRequest);
        Assert.Equal(["limit out_of_range", "cursor invalid", "subject required"], Errors(problem));
    }

    private static async Task<List<string>> ListAsync(PortalTenant tenant, string query)
    {
        var ids = new List<string>();
        while (true)
        {
            var part = (await tenant.SendAsync("GET", $"{Tokens}?limit=2{query}{(ids.Count > 0 ? $"&cursor={ids[^1]}" : "")}", HttpStatusCode.OK)).EnumerateArray().ToList();
            ids.AddRange(part.Select(token => token.Text("id")!));
            if (part.Count < 2)
                return ids;
        }
    }

    private static IEnumerable<string> Values(JsonElement usage) => usage.GetProperty("data").EnumerateArray().Select(row => row.GetProperty("value").GetRawText());

    private static IEnumerable<string> Errors(JsonElement problem) => problem.GetProperty("extensions").GetProperty("validationErrors").EnumerateArray()
        .Select(error => $"{error.Text("field")} {error.Text("code")}");
}
