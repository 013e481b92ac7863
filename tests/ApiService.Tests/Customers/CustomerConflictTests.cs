using System.Net;

namespace CloudNative.ApiService.Tests.Customers;

/// <summary>"a subject belongs to one customer, 409 else": the key counts as a subject.</summary>
public sealed class CustomerConflictTests(TestApi api)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"name": "n", "key": "acme"}""")]
    [InlineData("""{"name": "n", "key": "eu"}""")]
    [InlineData("""{"name": "n", "key": "other", "usageAttribution": {"subjectKeys": ["free", "eu"]}}""")]
    [InlineData("""{"name": "n", "usageAttribution": {"subjectKeys": ["acme"]}}""")]
    public async Task Create_NameOfAnother_IsAConflictThatNamesIt(string body)
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        var id = await tenant.AddAsync("acme", "eu");

        using var response = await tenant.CreateAsync(body);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal(id, (await response.ReadJsonAsync(Token)).GetProperty("extensions").Text("conflictingEntityId"));
        Assert.Equal(1, (await tenant.GetAsync(CustomerTenant.Customers)).GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Edit_NameOfAnother_IsAConflictAndChangesNothing()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        var id = await tenant.AddAsync("acme", "eu");
        await tenant.AddAsync("zed", "z");
        var before = await tenant.GetAsync($"{CustomerTenant.Customers}/zed");

        using var edited = await tenant.EditAsync("zed", """{"name": "n", "key": "zed", "usageAttribution": {"subjectKeys": ["eu"]}}""");

        Assert.Equal(HttpStatusCode.Conflict, edited.StatusCode);
        Assert.Equal(id, (await edited.ReadJsonAsync(Token)).GetProperty("extensions").Text("conflictingEntityId"));
        Assert.Equal(before.GetRawText(), (await tenant.GetAsync($"{CustomerTenant.Customers}/zed")).GetRawText());
    }

    [Fact]
    public async Task Edit_OwnNames_IsNoConflict()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        await tenant.AddAsync("acme", "eu");

        using var edited = await tenant.EditAsync("acme", """{"name": "n", "key": "eu", "usageAttribution": {"subjectKeys": ["acme", "eu"]}}""");

        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
    }

    [Fact]
    public async Task Create_ManyWithOneSubjectAtOnce_OneWinsAndTheOthersNameIt()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);

        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            tenant.CreateAsync($$$"""{"name": "n", "key": "k{{{i}}}", "usageAttribution": {"subjectKeys": ["shared"]}}""")));

        var winner = Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Created);
        var id = (await winner.ReadJsonAsync(Token)).Text("id");
        foreach (var loser in responses.Where(response => response != winner))
        {
            Assert.Equal(HttpStatusCode.Conflict, loser.StatusCode);
            Assert.Equal(id, (await loser.ReadJsonAsync(Token)).GetProperty("extensions").Text("conflictingEntityId"));
        }
    }

    [Fact]
    public async Task Edit_ManyTakeOneSubjectAtOnce_OneHasIt()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        for (var i = 0; i < 4; i++)
            await tenant.AddAsync($"k{i}");

        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
            tenant.EditAsync($"k{i}", $$$"""{"name": "n", "key": "k{{{i}}}", "usageAttribution": {"subjectKeys": ["shared"]}}""")));

        Assert.Equal([200, 409, 409, 409], responses.Select(response => (int)response.StatusCode).Order());
        Assert.Equal(1, (await tenant.GetAsync($"{CustomerTenant.Customers}?subject=shared")).GetProperty("totalCount").GetInt32());
    }
}
