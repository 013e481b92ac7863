using System.Text.Json.Nodes;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>What the document gives as examples is what it describes.</summary>
public sealed class ExampleTests(TestApi api)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Problems_EachOfEveryResponse_HasAnExampleOfItsOwnStatus()
    {
        var document = await ReadAsync();
        var wrong = new List<string>();
        var count = 0;
        foreach (var (operation, status, problem) in Problems(document))
        {
            var examples = Examples(document, problem);
            if (examples.Count == 0)
                wrong.Add($"{operation} {status} has no example");
            wrong.AddRange(examples.Where(example => $"{example!["status"]}" != status).Select(example => $"{operation} {status} has the example of {example!["status"]}"));
            count += examples.Count;
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count > 100, $"Only {count} examples were looked at.");
    }

    [Fact]
    public async Task Examples_EveryOne_IsAsItsSchemaSays()
    {
        var document = await ReadAsync();
        var wrong = new List<string>();
        var count = 0;
        foreach (var (place, holder) in Objects(document, "#"))
        {
            // A schema has its examples in an array; a media type, a header and a parameter have theirs beside their schema.
            var (schema, examples) = holder["examples"] is JsonArray own ? (holder, [.. own]) : (holder["schema"], Examples(document, holder));
            foreach (var example in examples.Where(_ => schema is not null))
            {
                wrong.AddRange(new ApiSchema(document, schema!).Errors(example).Select(error => $"{place}: {error}"));
                count++;
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count > 150, $"Only {count} examples were looked at.");
    }

    private async Task<JsonObject> ReadAsync() =>
        JsonNode.Parse(await api.Anonymous.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Token))!.AsObject();

    private static IEnumerable<(string Operation, string Status, JsonNode Problem)> Problems(JsonObject document) =>
        from path in document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        from response in operation.Value!["responses"]!.AsObject()
        where response.Value!["content"]?["application/problem+json"] is not null
        select ($"{operation.Key} {path.Key}", response.Key, response.Value!["content"]!["application/problem+json"]!);

    /// <summary>The values of <c>example</c> and of the named <c>examples</c>, here or by reference.</summary>
    private static List<JsonNode?> Examples(JsonObject document, JsonNode holder) =>
    [
        .. holder["example"] is { } example ? [example] : (JsonNode?[])[],
        .. from named in holder["examples"] as JsonObject ?? []
           select Resolve(document, named.Value!)["value"],
    ];

    private static JsonNode Resolve(JsonObject document, JsonNode node) => node["$ref"] is { } reference
        ? reference.GetValue<string>().Split('/').Skip(1).Aggregate((JsonNode)document, (parent, name) => parent[name]!)
        : node;

    /// <summary>Every object of the document but those inside examples.</summary>
    private static IEnumerable<(string Place, JsonObject Holder)> Objects(JsonNode node, string place) => node switch
    {
        JsonObject holder => holder.Where(member => member.Key is not ("example" or "examples") && member.Value is not null)
            .SelectMany(member => Objects(member.Value!, $"{place}/{member.Key}")).Prepend((place, holder)),
        JsonArray items => items.Where(item => item is not null).SelectMany((item, i) => Objects(item!, $"{place}/{i}")),
        _ => [],
    };
}
