namespace CloudNative.ApiService.Tests.Customers;

public sealed class ListCustomersTests(TestApi api)
{
    [Theory]
    [InlineData("", "b c Ä x%y")]
    [InlineData("?key=%C3%A4", "Ä")]
    [InlineData("?name=C", "c")]
    [InlineData("?subject=SUB", "c Ä")]
    [InlineData("?subject=X", "x%y")]
    [InlineData("?subject=%25", "x%y")]
    [InlineData("?key=_", "")]
    [InlineData("?primaryEmail=ACME", "b")]
    [InlineData("?primaryEmail=ACME&name=c", "")]
    public async Task List_Filters_GivesWhatMatches(string query, string expected)
    {
        await using var tenant = await OpenAsync();

        var page = await tenant.GetAsync($"{CustomerTenant.Customers}{query}");

        var keys = page.GetProperty("items").EnumerateArray().Select(customer => customer.Text("key")!).ToList();
        // What is asked for without an order is compared as a set: where an umlaut stands is the database's collation's affair.
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("createdAt")]
    [InlineData("updatedAt")]
    [InlineData("id")]
    public async Task List_OrderBy_IsTheOrder(string field)
    {
        await using var tenant = await OpenAsync();

        var (up, down) = (await ValuesAsync("ASC"), await ValuesAsync("DESC"));

        Assert.Equal(4, up.Distinct().Count());
        Assert.Equal(up.Order(StringComparer.Ordinal), up);
        Assert.Equal(up.AsEnumerable().Reverse(), down);

        async Task<List<string>> ValuesAsync(string order) =>
            [.. (await tenant.GetAsync($"{CustomerTenant.Customers}?orderBy={field}&order={order}")).GetProperty("items").EnumerateArray().Select(customer => customer.Text(field)!)];
    }

    [Fact]
    public async Task List_Pages_CountAllAndGiveEachOnce()
    {
        await using var tenant = await OpenAsync();

        var (first, second) = (await tenant.GetAsync($"{CustomerTenant.Customers}?orderBy=createdAt&pageSize=3"), await tenant.GetAsync($"{CustomerTenant.Customers}?orderBy=createdAt&pageSize=3&page=2"));

        Assert.Equal(["totalCount", "page", "pageSize", "items"], first.EnumerateObject().Select(field => field.Name));
        Assert.Equal((4, 1, 3), (first.GetProperty("totalCount").GetInt32(), first.GetProperty("page").GetInt32(), first.GetProperty("pageSize").GetInt32()));
        Assert.Equal((4, 2), (second.GetProperty("totalCount").GetInt32(), second.GetProperty("page").GetInt32()));
        Assert.Equal(
            ["c", "b", "Ä", "x%y"],
            new[] { first, second }.SelectMany(page => page.GetProperty("items").EnumerateArray()).Select(customer => customer.Text("key")));
    }

    private async Task<CustomerTenant> OpenAsync()
    {
        var tenant = await CustomerTenant.OpenAsync(api);
        await tenant.AddAsync("c", "sub-1");
        using var created = await tenant.CreateAsync("""{"name": "b", "key": "b", "primaryEmail": "a@acme.example"}""");
        await tenant.AddAsync("Ä", "Sub-2");
        await tenant.AddAsync("x%y");
        return tenant;
    }
}
