using System.Net;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Subjects;

/// <summary>What OpenMeter's SDK calls: upsert, list, get, delete.</summary>
public sealed class SubjectTests(TestApi api)
{
    private const string Subjects = "/api/v1/subjects";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Upsert_NewAndKnown_CreatesAndChangesInTheirOrder()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        var first = await SaveAsync(client, """[{"key": "b", "displayName": "B", "metadata": {"x": [1.50, null, {"ü": true}]}}, {"key": "a"}]""");

        var second = await SaveAsync(client, """[{"key": "a", "displayName": "A"}, {"key": "b", "metadata": {}}, {"key": "c", "displayName": null}]""");

        Assert.Equal(["b B {\"x\":[1.50,null,{\"ü\":true}]}", "a  "], first.Select(Describe));
        Assert.Equal(["a A ", "b B {}", "c  "], second.Select(Describe));
        Assert.Equal(first[0].Text("id"), second[1].Text("id"));
        Assert.Equal(first[0].Text("createdAt"), second[1].Text("createdAt"));
        Assert.True(second[1].GetProperty("updatedAt").GetDateTimeOffset() > first[0].GetProperty("updatedAt").GetDateTimeOffset());
        Assert.Equal(["a A ", "b B {}", "c  "], (await ListAsync(client)).Select(Describe));
    }

    [Fact]
    public async Task Upsert_Null_TakesTheFieldAway()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        await SaveAsync(client, """[{"key": "a", "displayName": "A", "metadata": {"x": 1}}]""");

        var changed = await SaveAsync(client, """[{"key": "a", "displayName": null, "metadata": null}]""");

        Assert.Equal(["id", "key", "createdAt", "updatedAt"], Assert.Single(changed).EnumerateObject().Select(field => field.Name));
    }

    [Theory]
    [InlineData("a/b%2Fc")]
    [InlineData("'; drop table subjects; --")]
    [InlineData("\u202Eevil 😀 +?&#")]
    public async Task GetAndDelete_KeyOfAnyText_FindIt(string key)
    {
        using var client = await api.CreateTenantClientAsync(Token);
        var subject = Assert.Single(await SaveAsync(client, JsonSerializer.Serialize(new[] { new { key, displayName = "n" } })));
        var byKey = new Uri($"{Subjects}/{Uri.EscapeDataString(key)}", UriKind.Relative);

        foreach (var path in (Uri[])[byKey, new($"{Subjects}/{subject.Text("id")}", UriKind.Relative)])
        {
            using var got = await client.GetAsync(path, Token);
            Assert.Equal(subject.GetRawText(), (await got.ReadJsonAsync(Token)).GetRawText());
        }

        using var deleted = await client.DeleteAsync(byKey, Token);
        using var again = await client.DeleteAsync(byKey, Token);
        using var gone = await client.GetAsync(byKey, Token);

        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.NotFound], [deleted.StatusCode, again.StatusCode, gone.StatusCode]);
        Assert.Empty(await ListAsync(client));
    }

    [Fact]
    public async Task Upsert_SentAgainWithItsIdempotencyKey_IsNotCarriedOutAgain()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        async Task<HttpResponseMessage> SendAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Subjects) { Content = Json.Content("""[{"key": "a", "displayName": "first"}]""") };
            request.Headers.Add("Idempotency-Key", "k");
            return await client.SendAsync(request, Token);
        }

        using var first = await SendAsync();
        await SaveAsync(client, """[{"key": "a", "displayName": "second"}]""");
        using var again = await SendAsync();

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [first.StatusCode, again.StatusCode]);
        Assert.Equal(await first.Content.ReadAsStringAsync(Token), await again.Content.ReadAsStringAsync(Token));
        Assert.Equal([false, true], [first.Headers.Contains("Idempotent-Replayed"), again.Headers.Contains("Idempotent-Replayed")]);
        Assert.Equal("second", Assert.Single(await ListAsync(client)).Text("displayName"));
    }

    [Fact]
    public async Task Upsert_ManyAtOnceInOppositeOrder_AllAreCarriedOut()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        var keys = Enumerable.Range(0, 20).Select(i => $$"""{"key": "k{{i}}"}""").ToList();

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i =>
            client.PostAsync(new Uri(Subjects, UriKind.Relative), Json.Content($"[{string.Join(',', i % 2 == 0 ? keys : keys.AsEnumerable().Reverse())}]"), Token)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(20, (await ListAsync(client)).Count);
    }

    [Theory]
    [InlineData("""{"key": "a"}""", "body invalid")]
    [InlineData("", "body required")]
    [InlineData("[1]", "[0] invalid")]
    [InlineData("""[{"key": "a"}, {"key": ""}, {"displayName": "n"}, {"key": "a"}]""", "[1].key required, [2].key required, [3].key invalid")]
    [InlineData("""[{"key": 1, "metadata": [], "stripeCustomerId": "cus_1", "colour": "red"}]""", "[0].key invalid, [0].metadata invalid, [0].stripeCustomerId forbidden, [0].colour unknown")]
    [InlineData("""[{"key": "a", "displayName": "\u0000"}]""", "[0].displayName invalid")]
    public async Task Upsert_Faulty_NamesEveryErrorAndSavesNothing(string body, string errors)
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await client.PostAsync(new Uri(Subjects, UriKind.Relative), Json.Content(body), Token);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var found = (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray();
        Assert.Equal(errors, string.Join(", ", found.Select(error => $"{error.Text("field")} {error.Text("code")}")));
        Assert.Empty(await ListAsync(client));
    }

    /// <summary>No index of PostgreSQL holds such a text, and they differ at their ends only.</summary>
    [Proves("subject: any non-empty text")]
    [Fact]
    public async Task Upsert_KeysAsLongAsAnEventsSubjectMayBe_AreSubjectsOfTheirOwn()
    {
        using var client = await api.CreateTenantClientAsync(Token);
        var text = string.Concat(Enumerable.Range(0, 6_000).Select(_ => $"{Guid.NewGuid():N}€"));
        var first = await SaveAsync(client, JsonSerializer.Serialize(new[] { new { key = text + "1" }, new { key = text + "2" } }));

        var again = await SaveAsync(client, JsonSerializer.Serialize(new[] { new { key = text + "2", displayName = "n" } }));
        using var deleted = await client.DeleteAsync(new Uri($"{Subjects}/{first[0].Text("id")}", UriKind.Relative), Token);

        Assert.Equal(first[1].Text("id"), Assert.Single(again).Text("id"));
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal((text + "2", "n"), (Assert.Single(await ListAsync(client)).Text("key"), again[0].Text("displayName")));
    }

    [Fact]
    public async Task Upsert_TooLong_IsNamed()
    {
        using var client = await api.CreateTenantClientAsync(Token);

        using var response = await client.PostAsync(new Uri(Subjects, UriKind.Relative), Json.Content(JsonSerializer.Serialize(new[]
        {
            new { key = "k", displayName = new string('n', 257), metadata = new { x = new string('m', 16 * 1024) } },
        })), Token);

        var found = (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray();
        Assert.Equal(["[0].displayName too_long", "[0].metadata too_long"], found.Select(error => $"{error.Text("field")} {error.Text("code")}"));
    }

    [Fact]
    public async Task Upsert_AsManyAsTheDocumentSays_AreTakenAndOneMoreIsRefused()
    {
        const int most = 5_000;
        using var client = await api.CreateTenantClientAsync(Token);
        var keys = Enumerable.Range(0, most).Select(i => $$"""{"key": "k{{i}}"}""").ToList();

        using var refused = await client.PostAsync(new Uri(Subjects, UriKind.Relative), Json.Content($"[{string.Join(',', keys)}, {{\"key\": \"more\"}}]"), Token);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var error = Assert.Single((await refused.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray());
        Assert.Equal("body too_many", $"{error.Text("field")} {error.Text("code")}");
        Assert.Equal(most, (await SaveAsync(client, $"[{string.Join(',', keys)}]")).Count);
    }

    [Fact]
    public async Task AnyCall_OtherTenantsSubject_IsNotFound()
    {
        using var owner = await api.CreateTenantClientAsync(Token);
        using var other = await api.CreateTenantClientAsync(Token);
        var subject = Assert.Single(await SaveAsync(owner, """[{"key": "a", "displayName": "A"}]"""));
        var byId = new Uri($"{Subjects}/{subject.Text("id")}", UriKind.Relative);

        using var got = await other.GetAsync(byId, Token);
        using var deleted = await other.DeleteAsync(byId, Token);
        var same = Assert.Single(await SaveAsync(other, """[{"key": "a"}]"""));

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound], [got.StatusCode, deleted.StatusCode]);
        Assert.NotEqual(subject.Text("id"), same.Text("id"));
        Assert.Equal(["a A "], (await ListAsync(owner)).Select(Describe));
    }

    private static async Task<List<JsonElement>> SaveAsync(HttpClient client, string body)
    {
        using var response = await client.PostAsync(new Uri(Subjects, UriKind.Relative), Json.Content(body), Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return [.. (await response.ReadJsonAsync(Token)).EnumerateArray()];
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient client)
    {
        using var response = await client.GetAsync(new Uri(Subjects, UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return [.. (await response.ReadJsonAsync(Token)).EnumerateArray()];
    }

    private static string Describe(JsonElement subject) =>
        $"{subject.Text("key")} {(subject.TryGetProperty("displayName", out var name) ? name.GetString() : "")} {(subject.TryGetProperty("metadata", out var metadata) ? metadata.GetRawText().Replace(" ", "", StringComparison.Ordinal) : "")}";
}
