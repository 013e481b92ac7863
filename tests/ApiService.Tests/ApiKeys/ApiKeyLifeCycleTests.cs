using System.Net;
using System.Text.Json;
using CloudNative.Metering.ApiKeys;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Tests.ApiKeys;

/// <summary>Keys are made, shown once, renamed, rotated and revoked, and each of these is audited.</summary>
public sealed class ApiKeyLifeCycleTests(TestApi api)
{
    private const string Keys = ApiKeyTenant.Keys;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Create_Key_ShowsItsSecretOnceAndKeepsTheHash()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);

        var created = await tenant.SendAsync(
            "POST", Keys, HttpStatusCode.Created, """{"name":"billing","scopes":["usage:read","meters:read"],"expiresAt":"2999-01-01T01:00:00+01:00"}""");

        var (secret, key) = (created.Text("secret")!, created.GetProperty("apiKey"));
        Assert.Matches("^cnm_[0-9A-Za-z]{40}$", secret);
        Assert.Equal((secret[..8], "active", "2999-01-01T00:00:00Z"), (key.Text("prefix"), key.Text("state"), key.Text("expiresAt")));
        Assert.Equal(["meters:read", "usage:read"], key.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.Equal(HttpStatusCode.OK, await tenant.TryAsync(secret));
        Assert.True(JsonElement.DeepEquals(key, await WithoutUseAsync(tenant, key.Text("id")!)));
        Assert.DoesNotContain(secret, (await tenant.GetAsync(Keys)).GetRawText() + (await tenant.GetAsync("/api/v1/audit")).GetRawText(), StringComparison.Ordinal);
        await using var database = api.OpenDatabase();
        Assert.True(await database.ApiKeys.AnyAsync(k => k.TenantId == tenant.Id && k.Hash == ApiKeyHash.Of(secret), Token));
    }

    [Fact]
    public async Task Create_FaultyRequest_ListsEveryError()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);

        var problem = await tenant.SendAsync(
            "POST", Keys, HttpStatusCode.BadRequest, """{"name":" ","scopes":["meters:read","meters:raed",null],"expiresAt":"2020-01-01T00:00:00Z"}""");
        var empty = await tenant.SendAsync("POST", Keys, HttpStatusCode.BadRequest, "{}");

        Assert.Equal(["name required", "scopes[1] unknown", "scopes[2] unknown", "expiresAt out_of_range"], Errors(problem));
        Assert.Equal(["name required", "scopes required"], Errors(empty));
    }

    [Fact]
    public async Task Create_ScopeThatTheCreatorLacks_Is403()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        var mighty = await api.CreateKeyAsync(tenant.Id, Token, ApiScope.Everything);
        using var keeper = tenant.With((await api.CreateKeyAsync(tenant.Id, Token, ApiScope.KeysManage, ApiScope.MetersRead)).Secret);

        await keeper.CreateAsync("meters:read");
        foreach (var scope in new[] { "meters:write", "*" })
        {
            var refusal = await keeper.SendAsync("POST", Keys, HttpStatusCode.Forbidden, $$"""{"name":"n","scopes":["meters:read","{{scope}}"]}""");
            Assert.Equal(scope, refusal.GetProperty("extensions").Text("requiredScope"));
        }

        var rotation = await keeper.SendAsync("POST", $"{Keys}/{mighty.Key.Id}/rotate", HttpStatusCode.Forbidden, "{}");
        Assert.Equal("*", rotation.GetProperty("extensions").Text("requiredScope"));
        Assert.Equal(HttpStatusCode.OK, await tenant.TryAsync(mighty.Secret));
    }

    [Fact]
    public async Task List_ManyKeys_GoesThroughThemByStateNewestFirst()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add((await tenant.CreateAsync()).Id);
        await tenant.SendAsync("DELETE", $"{Keys}/{ids[1]}", HttpStatusCode.NoContent);

        var first = await tenant.GetAsync($"{Keys}?limit=2&state=active");
        var last = await tenant.GetAsync($"{Keys}?limit=2&state=active&cursor={first.Text("nextCursor")}");

        Assert.Equal([ids[2], ids[0]], Ids(first));
        Assert.Single(Ids(last));
        Assert.False(last.TryGetProperty("nextCursor", out _));
        Assert.Equal([ids[1]], Ids(await tenant.GetAsync($"{Keys}?state=revoked")));
        Assert.Equal(["state invalid"], Errors(await tenant.SendAsync("GET", $"{Keys}?state=gone", HttpStatusCode.BadRequest)));
    }

    [Fact]
    public async Task Rename_Key_ChangesTheNameOnly()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        var (secret, id) = await tenant.CreateAsync();

        var renamed = await tenant.SendAsync("PUT", $"{Keys}/{id}", HttpStatusCode.OK, """{"name":"invoices"}""");

        Assert.Equal(("invoices", "active"), (renamed.Text("name"), renamed.Text("state")));
        Assert.Equal(HttpStatusCode.OK, await tenant.TryAsync(secret));
        Assert.Equal(["name required"], Errors(await tenant.SendAsync("PUT", $"{Keys}/{id}", HttpStatusCode.BadRequest, """{"name":""}""")));
    }

    [Fact]
    public async Task Rotate_WithOverlap_BothAreGoodUntilTheOldOneEnds()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        var (old, id) = await tenant.CreateAsync(more: ""","expiresAt":"2999-01-01T00:00:00Z" """);
        Assert.Equal(HttpStatusCode.OK, await tenant.TryAsync(old));

        var rotated = await tenant.SendAsync("POST", $"{Keys}/{id}/rotate", HttpStatusCode.Created, """{"overlapSeconds":2}""");

        var (secret, key) = (rotated.Text("secret")!, rotated.GetProperty("apiKey"));
        Assert.Equal((id, "billing", "meters:read"), (key.Text("rotatedFrom"), key.Text("name"), key.GetProperty("scopes")[0].GetString()));
        Assert.StartsWith("2999-", key.Text("expiresAt"), StringComparison.Ordinal);
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [await tenant.TryAsync(old), await tenant.TryAsync(secret)]);
        await Eventually.GetAsync(_ => tenant.TryAsync(old), status => status == HttpStatusCode.Unauthorized, "the old key ends");
        Assert.Equal(HttpStatusCode.OK, await tenant.TryAsync(secret));
        Assert.Equal("expired", (await tenant.GetAsync($"{Keys}/{id}")).Text("state"));

        var again = await tenant.SendAsync("POST", $"{Keys}/{id}/rotate", HttpStatusCode.Conflict, "{}");
        Assert.Equal(key.Text("id"), again.GetProperty("extensions").Text("conflictingEntityId"));
        Assert.Equal(["overlapSeconds out_of_range"], Errors(await tenant.SendAsync(
            "POST", $"{Keys}/{key.Text("id")}/rotate", HttpStatusCode.BadRequest, """{"overlapSeconds":2592001}""")));
    }

    [Fact]
    public async Task Rotate_WithoutOverlap_RevokesTheOldOne()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        var (old, id) = await tenant.CreateAsync();

        await tenant.SendAsync("POST", $"{Keys}/{id}/rotate", HttpStatusCode.Created, """{"overlapSeconds":0}""");

        await Eventually.GetAsync(_ => tenant.TryAsync(old), status => status == HttpStatusCode.Unauthorized, "the old key is refused");
        Assert.Equal("revoked", (await tenant.GetAsync($"{Keys}/{id}")).Text("state"));
    }

    [Fact]
    public async Task Change_AnyKey_LeavesOneAuditEntryEach()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        var (_, id) = await tenant.CreateAsync();
        await tenant.SendAsync("PUT", $"{Keys}/{id}", HttpStatusCode.OK, """{"name":"invoices"}""");
        await tenant.SendAsync("POST", $"{Keys}/{id}/rotate", HttpStatusCode.Created, "{}");
        for (var i = 0; i < 2; i++)
            await tenant.SendAsync("DELETE", $"{Keys}/{id}", HttpStatusCode.NoContent);

        var entries = (await tenant.GetAsync($"/api/v1/audit?targetId={id}")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(["api_key.revoked", "api_key.rotated", "api_key.renamed", "api_key.created"], entries.Select(entry => entry.Text("action")));
        Assert.Equal(("billing", "invoices"), (entries[2].GetProperty("before").Text("name"), entries[2].GetProperty("after").Text("name")));
        Assert.True(entries[0].GetProperty("after").TryGetProperty("revokedAt", out _));
        Assert.DoesNotContain("hash", entries[0].GetRawText(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Use_Key_IsSeenSoonAsLastUsed()
    {
        using var tenant = await ApiKeyTenant.OpenAsync(api);
        var (secret, id) = await tenant.CreateAsync();
        Assert.False((await tenant.GetAsync($"{Keys}/{id}")).TryGetProperty("lastUsedAt", out _));

        var before = TimeProvider.System.GetUtcNow();
        await tenant.TryAsync(secret);

        var key = await Eventually.GetAsync(
            _ => tenant.GetAsync($"{Keys}/{id}"), answer => answer.TryGetProperty("lastUsedAt", out _), "the use is written");
        Assert.InRange(key.GetProperty("lastUsedAt").GetDateTimeOffset(), before.AddMilliseconds(-1), TimeProvider.System.GetUtcNow());
    }

    private static async Task<JsonElement> WithoutUseAsync(ApiKeyTenant tenant, string id)
    {
        var key = (await tenant.GetAsync($"{Keys}/{id}")).EnumerateObject().Where(property => property.Name != "lastUsedAt");
        return JsonSerializer.SerializeToElement(key.ToDictionary(property => property.Name, property => property.Value));
    }

    private static IEnumerable<string?> Ids(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(key => key.Text("id"));

    private static IEnumerable<string> Errors(JsonElement problem) => problem.GetProperty("extensions").GetProperty("validationErrors").EnumerateArray()
        .Select(error => $"{error.Text("field")} {error.Text("code")}");
}
