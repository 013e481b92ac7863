using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>
/// The modes of the CloudEvents HTTP binding: what is sent comes back the same. The variants are the specification's own (<c>CLOUDNATIVE_SHARED</c>, or
/// <c>shared</c> beside the clone).
/// </summary>
public sealed class CloudEventsTests(TestApi api)
{
    private const string Structured = "application/cloudevents+json";

    private static readonly Uri Events = new("/api/v1/events", UriKind.Relative);

    private static readonly (string Name, string Value)[] Attributes = [("ce-specversion", "1.0"), ("ce-id", "1"), ("ce-source", "/s"), ("ce-type", "t"), ("ce-subject", "acme")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("application/cloudevents+json | one event", "subject: any non-empty text", "unknown CloudEvents extension attributes are kept")]
    [Fact]
    public async Task Ingest_EveryVariantOfTheSpecificationWithASubject_ComesBackTheSame()
    {
        await using var tenant = await OpenAsync();
        var variants = Variants(out var instants);
        foreach (var variant in variants)
        {
            using var response = await tenant.SendAsync(variant.ToJsonString(), Structured);
            Assert.True(response.StatusCode == HttpStatusCode.NoContent, $"{variant}: {response.StatusCode}");
        }

        var stored = await tenant.StoredAsync();

        Assert.All(variants, variant => Assert.Equal(variant.ToJsonString(), stored[variant["id"]!.GetValue<string>()].ToJsonString()));
        foreach (var (variant, instant) in instants)
        {
            var standing = await tenant.ExplainAsync(variant);
            Assert.Equal(instant, standing.GetProperty("stored").Text("time"));
        }
    }

    [Fact]
    public async Task Ingest_EveryVariantOfTheSpecificationWithoutASubject_IsA400ThatNamesIt()
    {
        await using var tenant = await OpenAsync();
        foreach (var variant in Variants(out _))
        {
            variant.Remove("subject");

            using var response = await tenant.SendAsync(variant.ToJsonString(), Structured);

            Assert.Equal(["subject required"], await ErrorsAsync(response));
        }
    }

    [Proves("with ce- headers: CloudEvents binary mode, the body is data", "Binary mode follows the CloudEvents HTTP binding §3.1")]
    [Fact]
    public async Task Ingest_EveryVariantInBinaryMode_ComesBackTheSame()
    {
        await using var tenant = await OpenAsync();
        var variants = Variants(out _);
        foreach (var variant in variants)
        {
            var headers = variant.Where(attribute => attribute.Value is not null).Select(attribute => ($"ce-{attribute.Key}", Percent(attribute.Value!)));
            using var response = await tenant.SendAsync("""{"n": 1.50}""", "application/json", [.. headers]);
            Assert.True(response.StatusCode == HttpStatusCode.NoContent, $"{variant}: {await response.Content.ReadAsStringAsync(Token)}");
        }

        var stored = await tenant.StoredAsync();

        foreach (var variant in variants)
        {
            var expected = variant.Where(attribute => attribute.Value is not null).ToDictionary(attribute => attribute.Key, attribute => Text(attribute.Value!));
            expected["datacontenttype"] = "application/json";
            var found = stored[Text(variant["id"]!)];
            Assert.Equal("""{"n":1.50}""", found["data"]!.ToJsonString());
            found.Remove("data");
            Assert.Equal(expected.OrderBy(attribute => attribute.Key), found.Select(attribute => KeyValuePair.Create(attribute.Key, attribute.Value!.GetValue<string>())).OrderBy(attribute => attribute.Key));
        }
    }

    [Proves("percent-decoding of ce- headers included", "unknown CloudEvents extension attributes are kept")]
    [Fact]
    public async Task Ingest_HeadersInAnyCaseAndPercentEncoded_AreDecodedOnce()
    {
        await using var tenant = await OpenAsync();

        using var response = await tenant.SendAsync(
            """{"n": 1}""", "application/json; charset=utf-8",
            ("CE-SpecVersion", "1.0"), ("Ce-Id", "100%2525"), ("ce-source", "/s"), ("ce-type", "\"a type\""), ("ce-subject", "Euro%20%E2%82%AC%20%F0%9F%98%80"), ("ce-ExtA", "x"));

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var found = (await tenant.StoredAsync())["100%25"];
        Assert.Equal(("a type", "Euro € 😀", "x"), (Text(found["type"]!), Text(found["subject"]!), Text(found["exta"]!)));
        Assert.Equal("application/json; charset=utf-8", Text(found["datacontenttype"]!));
    }

    [Fact]
    public async Task Ingest_BinaryWithoutBodyAndType_IsAnEventWithoutData()
    {
        await using var tenant = await OpenAsync();

        using var response = await tenant.SendAsync("", "", Attributes);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["id", "source", "specversion", "subject", "type"], (await tenant.StoredAsync())["1"].Select(attribute => attribute.Key).Order());
    }

    [Theory]
    [InlineData(Structured, """{"specversion":"1.0","id":"body","source":"/s","type":"t","subject":"acme"}""")]
    [InlineData("application/cloudevents-batch+json", """[{"specversion":"1.0","id":"body","source":"/s","type":"t","subject":"acme"}]""")]
    public async Task Ingest_StructuredWithTheHeadersToo_TakesTheBody(string contentType, string body)
    {
        await using var tenant = await OpenAsync();

        using var response = await tenant.SendAsync(body, contentType, [.. Attributes, ("ce-time", "never")]);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(["body"], (await tenant.StoredAsync()).Keys);
    }

    /// <summary>Fault, body, content type, header to set or to leave out (null), its value, status, "field code" of each error.</summary>
    public static TheoryData<string, string, string, string, string?, int, string[]> Faults { get; } = new()
    {
        { "no id", "{}", "application/json", "ce-id", null, 400, ["ce-id required"] },
        { "empty subject", "{}", "application/json", "ce-subject", "", 400, ["ce-subject required"] },
        { "other version", "{}", "application/json", "ce-specversion", "0.3", 400, ["ce-specversion invalid"] },
        { "bad source", "{}", "application/json", "ce-source", "a%20b", 400, ["ce-source invalid"] },
        { "bad time", "{}", "application/json", "ce-time", "yesterday", 400, ["ce-time invalid"] },
        { "overlong UTF-8", "{}", "application/json", "ce-subject", "%C0%A0", 400, ["ce-subject invalid"] },
        { "half an escape", "{}", "application/json", "ce-id", "50%", 400, ["ce-id invalid"] },
        { "control character", "{}", "application/json", "ce-subject", "a%00b", 400, ["ce-subject invalid"] },
        { "name with an underscore", "{}", "application/json", "ce-my_ext", "x", 400, ["ce-my_ext unknown"] },
        { "no name", "{}", "application/json", "ce-", "x", 400, ["ce- unknown"] },
        { "data as a header", "{}", "application/json", "ce-data", "{}", 400, ["ce-data forbidden"] },
        { "content type as a header", "{}", "application/json", "ce-datacontenttype", "application/json", 400, ["ce-datacontenttype forbidden"] },
        { "text as data", "\"I'm just a string\"", "application/json", "ce-x", "x", 400, ["body invalid"] },
        { "batch as data", "[]", "application/json", "ce-x", "x", 400, ["body invalid"] },
        { "no JSON", "{", "application/json", "ce-x", "x", 400, ["body invalid"] },
        { "more than one value", """1,"id":"2","x":{}""", "application/json", "ce-x", "x", 400, ["body invalid"] },
        { "closed early", """{}} {""", "application/json", "ce-x", "x", 400, ["body invalid"] },
        { "other data", "<much wow=\"xml\"/>", "application/xml", "ce-x", "x", 415, [] },
        { "data of unknown type", "{}", "", "ce-x", "x", 415, [] },
    };

    [Proves("Binary mode follows the CloudEvents HTTP binding §3.1", "subject: any non-empty text")]
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Ingest_FaultyBinary_NamesHeaderAndReason(string fault, string body, string contentType, string header, string? value, int status, string[] errors)
    {
        await using var tenant = await OpenAsync();
        var headers = Attributes.Where(attribute => attribute.Name != header).ToList();
        if (value is not null)
            headers.Add((header, value));

        using var response = await tenant.SendAsync(body, contentType, [.. headers]);

        Assert.True((int)response.StatusCode == status, $"{fault}: {(int)response.StatusCode}");
        Assert.Equal(errors, await ErrorsAsync(response));
    }

    [Proves("A request is all or nothing on validation")]
    [Theory]
    [InlineData("data that is no object", "[]")]
    [InlineData("data that is no JSON", "{")]
    [InlineData("data that nests one level too deep", null)]
    public async Task Ingest_ManyFaultsInBinary_ReportsEach(string fault, string? body)
    {
        await using var tenant = await OpenAsync();

        using var response = await tenant.SendAsync(body ?? Nested(64), "application/json", ("ce-subject", "%"), ("ce-time", "now"));

        Assert.True(response.StatusCode == HttpStatusCode.BadRequest, $"{fault}: {response.StatusCode}");
        Assert.Equal(
            ["body invalid", "ce-id required", "ce-source required", "ce-specversion required", "ce-subject invalid", "ce-time invalid", "ce-type required"],
            (await ErrorsAsync(response)).Order());
    }

    [Fact]
    public async Task Ingest_DataAsDeepAsAnEventMayBe_IsTaken()
    {
        await using var tenant = await OpenAsync();

        using var response = await tenant.SendAsync(Nested(63), "application/json", Attributes);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Proves("naming index and field")]
    [Fact]
    public async Task Ingest_MoreErrorsThanAreListed_SaysHowManyMore()
    {
        await using var tenant = await OpenAsync();

        using var response = await tenant.SendAsync($"[{string.Join(',', Enumerable.Repeat("1", 142))}]", "application/cloudevents-batch+json");

        var problem = await response.ReadJsonAsync(Token);
        Assert.Equal("142 errors; the first 100 are in extensions.validationErrors.", problem.Text("detail"));
        Assert.Equal(42, problem.GetProperty("extensions").GetProperty("errorsOmitted").GetInt32());
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"[{i}] invalid"), Errors(problem));
    }

    [Proves("application/cloudevents-batch+json | array", "[] is valid")]
    [Fact]
    public async Task Ingest_SameEventTwiceInABatch_CountsOnce()
    {
        await using var tenant = await OpenAsync();
        const string Event = """{"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"acme"}""";

        using var empty = await tenant.SendAsync("[]", "application/cloudevents-batch+json");
        using var twice = await tenant.SendAsync($"[{Event}, {Event}]", "application/cloudevents-batch+json");

        Assert.Equal([HttpStatusCode.NoContent, HttpStatusCode.NoContent], [empty.StatusCode, twice.StatusCode]);
        Assert.Single(await tenant.StoredAsync());
    }

    private static string Nested(int levels) => string.Concat(Enumerable.Repeat("""{"a":""", levels - 1).Append("{}").Concat(Enumerable.Repeat("}", levels - 1)));

    private static async Task<string[]> ErrorsAsync(HttpResponseMessage response) => Errors(await response.ReadJsonAsync(Token));

    private static string[] Errors(JsonElement problem) =>
        problem.GetProperty("extensions").TryGetProperty("validationErrors", out var errors)
            ? [.. errors.EnumerateArray().Select(error => $"{error.Text("field")} {error.Text("code")}")]
            : [];

    private static string Text(JsonNode value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static string Percent(JsonNode value) =>
        string.Concat(Text(value).EnumerateRunes().Select(rune => rune.Value is > 0x20 and < 0x7F and not '"' and not '%' ? rune.ToString() : Uri.EscapeDataString(rune.ToString())));

    /// <summary>Each with a subject and data; instants: what the time of some of them says, by id.</summary>
    private static List<JsonObject> Variants(out Dictionary<string, string> instants)
    {
        var suite = JsonNode.Parse(File.ReadAllText(SharedFiles.Find("cloudevents", "valid.json")))!;
        var variants = new List<JsonObject> { suite["minimal"]!.DeepClone().AsObject() };
        instants = [];
        foreach (var variant in suite["variants"]!.AsArray())
        {
            var next = suite["minimal"]!.DeepClone().AsObject();
            next["id"] = variant!["id"]!.DeepClone();
            foreach (var (name, value) in variant["set"]!.AsObject())
                next[name] = value?.DeepClone();
            variants.Add(next);
            if ((variant["same_instant_as"] ?? variant["set"]!["time"]) is { } instant)
                instants[variant["id"]!.GetValue<string>()] = instant.GetValue<string>();
        }

        variants.ForEach(variant => variant["subject"] = "Ünï €😀");
        Assert.True(variants.Count >= 8, "the specification has more variants than that");
        return variants;
    }

    private Task<Tenant> OpenAsync() => TenantWithSink.OpenAsync(api, (client, sink) => new Tenant(client, sink));

    private sealed record Tenant(HttpClient Client, SinkStandIn Sink) : TenantWithSink(Client, Sink)
    {
        public async Task<HttpResponseMessage> SendAsync(string body, string contentType, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Events) { Content = Json.Content(body, contentType) };
            foreach (var (name, value) in headers)
                request.Headers.TryAddWithoutValidation(name, value);
            return await Client.SendAsync(request, Token);
        }

        /// <summary>What came through the log, by id.</summary>
        public async Task<Dictionary<string, JsonObject>> StoredAsync()
        {
            await Sink.DrainAsync();
            var items = JsonNode.Parse(await Client.GetStringAsync(Events, Token))!.AsArray();
            return items.Select(item => item!["event"]!.AsObject()).ToDictionary(item => item["id"]!.GetValue<string>());
        }

        public async Task<JsonElement> ExplainAsync(string id)
        {
            using var response = await Client.GetAsync(new Uri($"{Events}/{Uri.EscapeDataString(SourceOf(id))}/{Uri.EscapeDataString(id)}", UriKind.Relative), Token);
            return await response.ReadJsonAsync(Token);
        }

        private static string SourceOf(string id) => Text(Variants(out _).Single(variant => Text(variant["id"]!) == id)["source"]!);
    }
}
