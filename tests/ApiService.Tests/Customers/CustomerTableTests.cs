using System.Net;
using System.Text;
using System.Text.Json;

namespace CloudNative.ApiService.Tests.Customers;

/// <summary>Import and export of customers as CSV.</summary>
public sealed class CustomerTableTests(TestApi api)
{
    private const string Header = "key,name,description,primary_email,currency,country,postal_code,state,city,line1,line2,phone_number,subject_keys,metadata";

    private static readonly Uri Table = new("/api/v1/customers.csv", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Import_ExportOfAnotherTenant_MakesTheSameCustomers()
    {
        await using var source = await CustomerTenant.OpenAsync(api);
        await using var target = await CustomerTenant.OpenAsync(api);
        foreach (var body in (string[])
            [
                """
                {"key": "=cmd|' /C calc'!A0", "name": "O'Brien, \"Söhne\"\r\n& Co", "description": "'=not a formula", "metadata": {"a": "1,2", "=b": "\"ü\"", "e\nf": ""},
                 "primaryEmail": "a@b", "currency": "EUR", "usageAttribution": {"subjectKeys": ["=s", "a,b", "x\"y", "[1]", "日本"]},
                 "billingAddress": {"country": "DE", "postalCode": "00123", "state": "-", "city": " Köln ", "line1": "@home", "line2": "\t", "phoneNumber": "+49 221"}}
                """,
                """{"name": "'t Hart", "usageAttribution": {"subjectKeys": ["only"]}}""",
                """{"key": "bare", "name": "\uFEFF"}""",
                """{"key": "'", "name": "''=x"}""",
            ])
        {
            using var created = await source.CreateAsync(body);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }

        var exported = await ExportAsync(source);
        using var imported = await ImportAsync(target, exported);

        Assert.Equal("""{"created":4}""", await imported.Content.ReadAsStringAsync(Token));
        Assert.Equal(await DescribeAsync(source), await DescribeAsync(target));
        Assert.Equal(Lines(exported), Lines(await ExportAsync(target)));
    }

    [Fact]
    public async Task Export_CellsThatASpreadsheetWouldRun_HaveAnApostropheInFront()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        using var created = await tenant.CreateAsync("""{"key": "k", "name": "=1+1", "usageAttribution": {"subjectKeys": ["s"]}, "metadata": {"a": "=2"}}""");
        using var deleted = await tenant.DeleteAsync(await tenant.AddAsync("gone"));

        using var response = await tenant.Client.GetAsync(Table, Token);

        Assert.Equal(("text/csv; charset=utf-8; header=present", "attachment; filename=customers.csv"), (response.Content.Headers.ContentType!.ToString(), response.Content.Headers.ContentDisposition!.ToString()));
        Assert.Equal(
            $"{Header}\r\nk,'=1+1,,,,,,,,,,,\"[\"\"s\"\"]\",\"{{\"\"a\"\":\"\"=2\"\"}}\"\r\n",
            await response.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Export_NoCustomers_IsTheHeader()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);

        Assert.Equal($"{Header}\r\n", await ExportAsync(tenant));
    }

    [Fact]
    public async Task Import_SomeColumnsInAnyOrder_TakesTheRestAsNotGiven()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);

        using var response = await ImportAsync(tenant, "\uFEFFname,key\n\"A\nB\",a\n\nC,c\n");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            ["""{"key":"a","name":"A\nB","usageAttribution":{"subjectKeys":[]}}""", """{"key":"c","name":"C","usageAttribution":{"subjectKeys":[]}}"""],
            await DescribeAsync(tenant));
    }

    [Fact]
    public async Task Import_FaultsInManyLines_AreAllNamedByLineAndColumnAndNothingIsCreated()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);

        using var response = await ImportAsync(tenant, """
            key,name,currency,country,subject_keys,metadata
            a,A,EUR,DE,"[""x"",""y""]",{}
            "b
            2",,eur,Germany,x,[]
            a,C,,,"[""c"",""c""]","{""k"": 1}"
            ,D,,,,
            e,E,,,"[""y"",null]","{""k"":""1"",""k"":""2""}"
            f,F
            ,G,,,"[""a""]",
            """);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(
            [
                "[line 3].subject_keys invalid", "[line 3].metadata invalid", "[line 3].name required", "[line 3].currency invalid", "[line 3].country invalid",
                "[line 5].metadata invalid", "[line 5].subject_keys[1] invalid", "[line 5].key invalid",
                "[line 6].key required",
                "[line 7].subject_keys invalid", "[line 7].metadata invalid",
                "[line 8] invalid",
                "[line 9].subject_keys invalid",
            ],
            await ErrorsAsync(response));
        Assert.Equal(0, (await tenant.GetAsync(CustomerTenant.Customers)).GetProperty("totalCount").GetInt32());
    }

    [Theory]
    [InlineData("", "body required")]
    [InlineData("name,key,colour,key\na,b,c,d", "[line 1].key invalid, [line 1].colour unknown")]
    [InlineData("key\na", "[line 1].name required")]
    [InlineData("key,name\na,\"b\nc,d\n", "[line 2] invalid")]
    [InlineData("key,name\na,b\nc,\"d\"e\n", "[line 3] invalid")]
    public async Task Import_FileThatIsNone_SaysWhere(string csv, string errors)
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);

        using var response = await ImportAsync(tenant, csv);

        Assert.Equal(errors, string.Join(", ", await ErrorsAsync(response)));
    }

    [Fact]
    public async Task Import_OtherEncodingTypeOrTooManyRows_IsRefused()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        using var latin = new ByteArrayContent(Encoding.Latin1.GetBytes("key,name\na,ü"));
        latin.Headers.ContentType = new("text/csv");

        using var otherEncoding = await tenant.Client.PostAsync(Table, latin, Token);
        using var otherType = await tenant.Client.PostAsync(Table, Json.Content("{}"), Token);
        using var tooMany = await ImportAsync(tenant, $"key,name\n{string.Concat(Enumerable.Range(0, 5_001).Select(i => $"k{i},n\n"))}");

        Assert.Equal(["body invalid"], await ErrorsAsync(otherEncoding));
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "text/csv"), (otherType.StatusCode, otherType.Headers.GetValues("Accept").Single()));
        Assert.Equal(["body too_many"], await ErrorsAsync(tooMany));
    }

    [Fact]
    public async Task Import_NamesOfOthers_IsAConflictThatNamesEachAndCreatesNothing()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        var acme = await tenant.AddAsync("acme", "eu");

        using var response = await ImportAsync(tenant, "key,name,subject_keys\nnew,N,\nacme,A,\nb,B,\"[\"\"free\"\",\"\"eu\"\"]\"\n");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Equal(acme, (await response.ReadJsonAsync(Token)).GetProperty("extensions").Text("conflictingEntityId"));
        Assert.Equal(["[line 3].key taken", "[line 4].subject_keys taken"], await ErrorsAsync(response));
        Assert.Equal(1, (await tenant.GetAsync(CustomerTenant.Customers)).GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Import_TwiceAtOnce_OneCreatesAllAndTheOtherNothing()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        var lines = Enumerable.Range(0, 50).Select(i => $"k{i},n\n").ToList();

        var responses = await Task.WhenAll(ImportAsync(tenant, $"key,name\n{string.Concat(lines)}"), ImportAsync(tenant, $"key,name\n{string.Concat(lines.AsEnumerable().Reverse())}"));

        Assert.Equal([200, 409], responses.Select(response => (int)response.StatusCode).Order());
        Assert.Equal(50, (await tenant.GetAsync(CustomerTenant.Customers)).GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Import_SentAgainWithItsIdempotencyKey_GetsTheSameAnswer()
    {
        await using var tenant = await CustomerTenant.OpenAsync(api);
        tenant.Client.DefaultRequestHeaders.Add("Idempotency-Key", "k");

        using var first = await ImportAsync(tenant, "key,name\na,A\n");
        using var second = await ImportAsync(tenant, "key,name\na,A\n");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.True(second.Headers.Contains("Idempotent-Replayed"));
    }

    private static Task<HttpResponseMessage> ImportAsync(CustomerTenant tenant, string csv) => tenant.Client.PostAsync(Table, Json.Content(csv, "text/csv; charset=utf-8"), Token);

    private static Task<string> ExportAsync(CustomerTenant tenant) => tenant.Client.GetStringAsync(Table, Token);

    /// <summary>Of an import, all customers are of one time: their order is not told.</summary>
    private static List<char> Lines(string csv) => [.. csv.Order()];

    /// <summary>What a client said of each customer.</summary>
    private static async Task<List<string>> DescribeAsync(CustomerTenant tenant)
    {
        var page = await tenant.GetAsync(CustomerTenant.Customers);
        return
        [
            .. page.GetProperty("items").EnumerateArray()
                .Select(customer => JsonSerializer.Serialize(
                    customer.EnumerateObject().Where(field => field.Name is not ("id" or "createdAt" or "updatedAt")).ToDictionary(field => field.Name, field => field.Value)))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static async Task<List<string>> ErrorsAsync(HttpResponseMessage response) =>
    [
        .. (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray()
            .Select(error => $"{error.Text("field")} {error.Text("code")}"),
    ];
}
