using System.Net;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Customers;

public sealed class CustomerLifeCycleTests(TestApi api)
{
    private const string Acme = """
        {"key": "acme", "name": "ACME Inc.", "description": "The first", "metadata": {"tier": "gold", "a": "b"}, "primaryEmail": "billing@acme.example", "currency": "EUR",
         "billingAddress": {"country": "DE", "postalCode": "50667", "state": "NRW", "city": "Köln", "line1": "Domkloster 4", "line2": "2nd", "phoneNumber": "+49 1"},
         "usageAttribution": {"subjectKeys": ["acme-eu", "acme-us"]}}
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("ids are ULIDs")]
    [Fact]
    public async Task Create_GoodDefinition_AnswersAllOfItWithItsLocation()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);

        using var response = await tenant.CreateAsync(Acme);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var customer = await response.ReadJsonAsync(Token);
        Assert.Equal($"{CustomerTenant.Customers}/{customer.Text("id")}", response.Headers.Location?.ToString());
        Assert.True(Ulid.TryParse(customer.Text("id"), out _));
        using var sent = JsonDocument.Parse(Acme);
        Assert.All(sent.RootElement.EnumerateObject(), field => Assert.True(JsonElement.DeepEquals(field.Value, customer.GetProperty(field.Name)), field.Name));
        Assert.Equal(customer.Text("createdAt"), customer.Text("updatedAt"));
        Assert.False(customer.TryGetProperty("deletedAt", out _));
    }

    [Fact]
    public async Task Create_LeastThatIsNeeded_LeavesTheRestOut()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);

        using var response = await tenant.CreateAsync("""{"name": "n", "key": null, "billingAddress": {}, "usageAttribution": {"subjectKeys": ["s"]}}""");

        var customer = await response.ReadJsonAsync(Token);
        Assert.Equal(["id", "name", "usageAttribution", "createdAt", "updatedAt"], customer.EnumerateObject().Select(field => field.Name));
    }

    [Fact]
    public async Task Get_ByIdAndByKey_GivesWhatCreateAnswered()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        using var created = await tenant.CreateAsync(Acme);
        var customer = await created.ReadJsonAsync(Token);

        foreach (var name in (string[])[customer.Text("id")!, "acme"])
        {
            using var response = await tenant.Client.GetAsync(new Uri($"{CustomerTenant.Customers}/{name}", UriKind.Relative), Token);

            Assert.Equal(customer.GetRawText(), (await response.ReadJsonAsync(Token)).GetRawText());
            Assert.Equal(created.Headers.ETag, response.Headers.ETag);
        }
    }

    [Proves("customer key 1–256 of any text")]
    [Theory]
    [InlineData("a/b%2Fc")]
    [InlineData("'; drop table customers; --")]
    [InlineData("\u202Eevil 😀 +?&#")]
    public async Task Get_KeyOfAnyText_FindsIt(string key)
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        var id = await tenant.AddAsync(key);

        var customer = await tenant.GetAsync($"{CustomerTenant.Customers}/{Uri.EscapeDataString(key)}");

        Assert.Equal((id, key), (customer.Text("id"), customer.Text("key")));
        using var deleted = await tenant.DeleteAsync(key);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Edit_Customer_ReplacesAllOfIt()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        using var created = await tenant.CreateAsync(Acme);

        using var edited = await tenant.EditAsync("acme", """{"name": "New", "usageAttribution": {"subjectKeys": ["acme-us", "acme-asia"]}}""");

        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        var customer = await edited.ReadJsonAsync(Token);
        Assert.Equal(["id", "name", "usageAttribution", "createdAt", "updatedAt"], customer.EnumerateObject().Select(field => field.Name));
        Assert.Equal("""{"subjectKeys":["acme-us","acme-asia"]}""", customer.GetProperty("usageAttribution").GetRawText());
        Assert.True(customer.GetProperty("updatedAt").GetDateTimeOffset() > customer.GetProperty("createdAt").GetDateTimeOffset());
        using var read = await tenant.Client.GetAsync(created.Headers.Location!, Token);
        Assert.Equal(customer.GetRawText(), (await read.ReadJsonAsync(Token)).GetRawText());
        Assert.Equal((edited.Headers.ETag, false), (read.Headers.ETag, edited.Headers.ETag!.Equals(created.Headers.ETag)));
    }

    [Fact]
    public async Task EditAndDelete_TagOfBeforeAnotherEdit_AreRefused()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        using var created = await tenant.CreateAsync(Acme);
        var old = created.Headers.ETag!.ToString();
        using var second = await tenant.EditAsync("acme", """{"name": "second", "key": "acme"}""", old);

        using var third = await tenant.EditAsync("acme", """{"name": "third", "key": "acme"}""", old);
        using var refused = await tenant.DeleteAsync("acme", old);
        using var deleted = await tenant.DeleteAsync("acme", second.Headers.ETag!.ToString());

        Assert.Equal(
            [HttpStatusCode.OK, HttpStatusCode.PreconditionFailed, HttpStatusCode.PreconditionFailed, HttpStatusCode.NoContent],
            [second.StatusCode, third.StatusCode, refused.StatusCode, deleted.StatusCode]);
    }

    [Fact]
    public async Task Edit_ManyAtOnce_AllAreMadeButWithTheSameTagOnlyOne()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        using var created = await tenant.CreateAsync(Acme);

        var edits = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => tenant.EditAsync("acme", $$"""{"name": "{{i}}", "key": "acme"}""")));
        var tag = edits.Select(edit => edit.Headers.ETag!.ToString()).ToList();
        var conditional = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => tenant.EditAsync("acme", $$"""{"name": "{{i}}", "key": "acme"}""", string.Join(", ", tag))));

        Assert.All(edits, edit => Assert.Equal(HttpStatusCode.OK, edit.StatusCode));
        Assert.Equal([200, 412, 412, 412], conditional.Select(edit => (int)edit.StatusCode).Order());
    }

    [Fact]
    public async Task Delete_Customer_FreesItsNamesAndIsListedOnlyWithTheDeleted()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        using var first = await tenant.CreateAsync(Acme);

        using var deleted = await tenant.DeleteAsync("acme");
        using var again = await tenant.DeleteAsync("acme");
        using var gone = await tenant.Client.GetAsync(first.Headers.Location!, Token);
        using var second = await tenant.CreateAsync(Acme);

        Assert.Equal(
            [HttpStatusCode.NoContent, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Created],
            [deleted.StatusCode, again.StatusCode, gone.StatusCode, second.StatusCode]);
        var all = await tenant.GetAsync($"{CustomerTenant.Customers}?includeDeleted=true&orderBy=createdAt");
        Assert.Equal([true, false], all.GetProperty("items").EnumerateArray().Select(customer => customer.TryGetProperty("deletedAt", out _)));
        Assert.Equal(1, (await tenant.GetAsync(CustomerTenant.Customers)).GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Create_SentAgainWithItsIdempotencyKey_GetsTheSameAnswer()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        tenant.Client.DefaultRequestHeaders.Add("Idempotency-Key", "k");

        using var first = await tenant.CreateAsync(Acme);
        using var second = await tenant.CreateAsync(Acme);

        Assert.Equal(await first.Content.ReadAsStringAsync(Token), await second.Content.ReadAsStringAsync(Token));
        Assert.True(second.Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task AnyCall_OtherTenantsCustomer_IsNotFound()
    {
        await using var owner = await CustomerTenant.OpenAsync(api);
        await using var other = await CustomerTenant.OpenAsync(api);
        using var created = await owner.CreateAsync(Acme);
        var id = (await created.ReadJsonAsync(Token)).Text("id")!;

        using var got = await other.Client.GetAsync(created.Headers.Location!, Token);
        using var edited = await other.EditAsync(id, """{"name": "mine", "key": "mine"}""");
        using var deleted = await other.DeleteAsync(id);
        using var sameNames = await other.CreateAsync(Acme);

        Assert.Equal(
            [HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.Created],
            [got.StatusCode, edited.StatusCode, deleted.StatusCode, sameNames.StatusCode]);
        Assert.Equal("ACME Inc.", (await owner.GetAsync($"{CustomerTenant.Customers}/{id}")).Text("name"));
    }
}
