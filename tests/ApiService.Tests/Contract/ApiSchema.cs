using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>A schema of the OpenAPI document: what it says against a value, values that it allows, and values that break it at one place.</summary>
internal sealed class ApiSchema(JsonObject document, JsonNode schema)
{
    private const int MaxDepth = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly string[] Known =
    [
        "$ref", "type", "enum", "oneOf", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "items", "minItems", "maxItems",
        "properties", "required", "additionalProperties", "propertyNames", "minProperties", "maxProperties", "uniqueItems",
        // Says nothing of what is allowed.
        "description", "title", "default", "example", "examples",
    ];

    private readonly JsonObject _rules = Resolve(document, schema);

    private IEnumerable<string> Types => _rules["type"] switch
    {
        null => [],
        JsonArray types => types.Select(type => type!.GetValue<string>()),
        var type => [type.GetValue<string>()],
    };

    private bool IsOpen => _rules["additionalProperties"] is not JsonValue more || more.GetValue<bool>();

    private IEnumerable<ApiSchema> Choices => (_rules["oneOf"]?.AsArray() ?? []).Select(choice => Of(choice!));

    private IEnumerable<(string Name, ApiSchema Schema)> Properties => (_rules["properties"]?.AsObject() ?? []).Select(property => (property.Key, Of(property.Value!)));

    private ApiSchema? MoreProperties => _rules["additionalProperties"] is JsonObject more ? Of(more) : null;

    private ApiSchema? Names => _rules["propertyNames"] is { } names ? Of(names) : null;

    private bool IsUnique => _rules["uniqueItems"]?.GetValue<bool>() is true;

    private string[] Required => [.. (_rules["required"]?.AsArray() ?? []).Select(name => name!.GetValue<string>())];

    /// <summary>What is wrong with a value.</summary>
    public IEnumerable<string> Errors(JsonNode? value, string at = "$")
    {
        if (Choices.ToList() is { Count: > 0 } choices)
        {
            var fitting = choices.Count(choice => !choice.Errors(value, at).Any());
            return fitting == 1 ? [] : [$"{at} fits {fitting} of the choices: {value?.ToJsonString()}"];
        }

        if (_rules["enum"] is JsonArray known && !known.Any(one => JsonNode.DeepEquals(one, value)))
            return [$"{at} is none of the known values: {value?.ToJsonString()}"];
        if (Types.Any() && !Types.Any(type => IsOf(type, value)))
            return [$"{at} is no {string.Join(" or ", Types)}: {value?.ToJsonString()}"];
        return value switch
        {
            JsonObject members => ErrorsOf(members, at),
            JsonArray items => ErrorsOf(items, at),
            JsonValue text when text.GetValueKind() == JsonValueKind.String => ErrorsOf(text.GetValue<string>(), at),
            JsonValue number when number.GetValueKind() == JsonValueKind.Number && (Below(number) || Above(number)) => [$"{at} is out of range: {number}"],
            _ => [],
        };
    }

    /// <summary>What is wrong with text that stands where only text can stand, as in an address: it may be meant as a number.</summary>
    public IEnumerable<string> ErrorsOfText(string text) => Types.Contains("array")
        ? ItemSchema.ErrorsOfText(text)
        : Types.Contains("string") ? Errors(text) : Errors(Parsed(text));

    /// <summary>A value that the schema allows.</summary>
    public JsonNode? Draw(Random random, int depth = 0)
    {
        if (_rules["default"] is { } usual && random.Next(3) == 0)
            return usual.DeepClone();
        if (_rules["enum"] is JsonArray known)
            return random.GetItems([.. known], 1)[0]!.DeepClone();
        if (Choices.ToArray() is { Length: > 0 } choices)
            return random.GetItems(choices, 1)[0].Draw(random, depth);
        return random.GetItems<string>(Types.Any() ? [.. Types] : ["null", "boolean", "string", "object"], 1)[0] switch
        {
            "null" => null,
            "boolean" => random.Next(2) == 0,
            "integer" => Number(random),
            "number" => random.NextDouble() * 1e6,
            "array" => Array(random, depth),
            "object" => Object(random, depth),
            _ => Text(random),
        };
    }

    /// <summary>The value, broken at one place, in each way that the schema forbids; and the name of the place.</summary>
    public IEnumerable<(string Place, string Way, JsonNode? Value)> Breaks(JsonNode? value, string place = "")
    {
        if (Choices.FirstOrDefault(choice => !choice.Errors(value).Any()) is { } chosen)
            return chosen.Breaks(value, place).Where(broken => Errors(broken.Value).Any());
        var here = Replacements(value).Where(broken => Errors(broken.Value).Any()).Select(broken => (place, broken.Way, broken.Value));
        return value switch
        {
            JsonObject members => here.Concat(BreaksOf(members)),
            JsonArray items => here.Concat(items.SelectMany((item, i) => ItemSchema.Breaks(item, place).Select(broken =>
            {
                var array = items.DeepClone().AsArray();
                array[i] = broken.Value;
                return (broken.Place, broken.Way, (JsonNode?)array);
            }))),
            _ => here,
        };
    }

    private static JsonObject Resolve(JsonObject document, JsonNode schema)
    {
        while (schema["$ref"] is { } reference)
            schema = reference.GetValue<string>().Split('/').Skip(1).Aggregate((JsonNode)document, (node, name) => node[name]!);
        var rules = schema.AsObject();
        var unknown = rules.Select(rule => rule.Key).Except(Known).ToList();
        return unknown.Count == 0 ? rules : throw new NotSupportedException($"The test knows no {string.Join(", ", unknown)}.");
    }

    private static JsonNode? Parsed(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    private static bool IsOf(string type, JsonNode? value) => type switch
    {
        "null" => value is null,
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == JsonValueKind.String,
        "boolean" => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False,
        "number" => value?.GetValueKind() == JsonValueKind.Number,
        "integer" => value?.GetValueKind() == JsonValueKind.Number && decimal.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number) && decimal.IsInteger(number),
        _ => throw new NotSupportedException($"The test knows no type {type}."),
    };

    private static string Some(Random random) => random.Next(40) == 0 ? Long(random) : random.Next(14) switch
    {
        0 => new string((char)('A' + random.Next(26)), 2),
        1 => new string((char)('A' + random.Next(26)), 3),
        2 => $"a{random.Next()}@b",
        3 => "Ünï €😀\u202e'\";--",
        4 => "${jndi:ldap://x} %00 {{7*7}} <b>",
        5 => " ",
        6 => Ulid.NewUlid().ToString(),
        7 => $"$.k{random.Next()}",
        8 => "$['a b'][0] [\"\\u00e9\"].c",
        9 => "\"2f4\"",
        10 => "*",
        11 => "application/x+JSON; charset=utf-8",
        _ => $"x_{random.Next()}",
    };

    /// <summary>Longer than an index of PostgreSQL takes, however it is compressed.</summary>
    private static string Long(Random random) => string.Concat(Enumerable.Range(0, 3_000).Select(_ => (char)random.Next('a', 'z')));

    private ApiSchema Of(JsonNode other) => new(document, other);

    private ApiSchema ItemSchema => Of(_rules["items"]!);

    private int? Rule(string name) => _rules[name]?.GetValue<int>();

    private bool Below(JsonNode number) => Rule("minimum") is { } least && decimal.Parse(number.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) < least;

    private bool Above(JsonNode number) => Rule("maximum") is { } most && decimal.Parse(number.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture) > most;

    private IEnumerable<string> ErrorsOf(JsonObject members, string at)
    {
        foreach (var name in Required.Where(name => !members.ContainsKey(name)))
            yield return $"{at}.{name} is missing";
        if (members.Count < Rule("minProperties") || members.Count > Rule("maxProperties"))
            yield return $"{at} has {members.Count} members";
        foreach (var error in members.SelectMany(member => Names?.ErrorsOf(member.Key, $"{at}, the name {member.Key}") ?? []))
            yield return error;
        foreach (var (name, value) in members)
        {
            var schema = Properties.FirstOrDefault(property => property.Name == name).Schema ?? MoreProperties;
            if (schema is null && !IsOpen)
                yield return $"{at}.{name} is not documented";
            foreach (var error in schema?.Errors(value, $"{at}.{name}") ?? [])
                yield return error;
        }
    }

    private IEnumerable<string> ErrorsOf(JsonArray items, string at) => items.Count < Rule("minItems") || items.Count > Rule("maxItems")
        ? [$"{at} has {items.Count} items"]
        : IsUnique && Distinct(items).Count() < items.Count ? [$"{at} has an item twice"]
        : items.SelectMany((item, i) => ItemSchema.Errors(item, $"{at}[{i}]"));

    private IEnumerable<string> ErrorsOf(string text, string at)
    {
        // JSON Schema counts code points.
        var length = text.EnumerateRunes().Count();
        if (length < Rule("minLength") || length > Rule("maxLength"))
            yield return $"{at} has {length} characters";
        if (_rules["pattern"] is { } pattern && !Regex.IsMatch(text, pattern.GetValue<string>(), RegexOptions.ECMAScript, Patience))
            yield return $"{at} is not like {pattern}: {text}";
        if (_rules["format"]?.GetValue<string>() == "date-time"
            && !(Regex.IsMatch(text, @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$", RegexOptions.None, Patience) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _)))
            yield return $"{at} is no time: {text}";
        if (_rules["format"]?.GetValue<string>() == "uri" && !Uri.TryCreate(text, UriKind.Absolute, out _))
            yield return $"{at} is no address: {text}";
    }

    private JsonNode Number(Random random) => random.Next(4) switch
    {
        0 => Rule("minimum") ?? 0,
        1 => Rule("maximum") ?? int.MaxValue,
        _ => random.Next(Rule("minimum") ?? 0, Math.Min(Rule("maximum") ?? 1_000, 1_000)),
    };

    private int Length(Random random, string least, string most, int usual) =>
        random.Next(Rule(least) ?? 0, Math.Min(Rule(most) ?? usual, (Rule(least) ?? 0) + usual) + 1);

    private JsonArray Array(Random random, int depth)
    {
        var items = Enumerable.Range(0, Length(random, "minItems", "maxItems", 3)).Select(_ => ItemSchema.Draw(random, depth + 1)).ToList();
        return [.. (IsUnique ? Distinct(items) : items).Select(item => item?.DeepClone())];
    }

    private static IEnumerable<JsonNode?> Distinct(IEnumerable<JsonNode?> items) => items.DistinctBy(item => item?.ToJsonString());

    private JsonObject Object(Random random, int depth)
    {
        var members = new JsonObject();
        var properties = Properties.ToArray();
        random.Shuffle(properties);
        foreach (var (name, schema) in properties.OrderBy(property => !Required.Contains(property.Name)))
        {
            // Deep inside, what nests no deeper comes first.
            var isWanted = Required.Contains(name) || members.Count < Rule("minProperties") || (depth < MaxDepth && random.Next(2) == 0);
            if (isWanted && !(members.Count >= Rule("maxProperties")) && !(depth >= MaxDepth && schema.Types.Contains("array")))
                members[name] = schema.Draw(random, depth + 1);
        }

        for (var i = random.Next(3); MoreProperties is { } more && depth < MaxDepth && i > 0; i--)
            members[Name(random)] = more.Draw(random, depth + 1);
        return members;
    }

    private string Name(Random random) =>
        Enumerable.Range(0, 1_000).Select(_ => random.Next(2) == 0 ? $"k{random.Next(100)}" : Some(random)).First(name => Names?.Errors(name).Any() is not true);

    private string Text(Random random)
    {
        if (_rules["format"]?.GetValue<string>() is "date-time")
        {
            var time = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.FromMinutes(random.Next(-12, 14) * 30)).AddSeconds(random.Next(60_000_000));
            return time.ToString(random.Next(2) == 0 ? "yyyy-MM-ddTHH:mm:sszzz" : "yyyy-MM-ddTHH:mm:ss.fffffffzzz", CultureInfo.InvariantCulture);
        }

        if (_rules["format"]?.GetValue<string>() is "uri")
            return $"https://example.com/{random.Next()}";
        if (Rule("maxLength") is { } most && random.Next(8) == 0 && string.Concat(Enumerable.Repeat(random.Next(2) == 0 ? "m" : "😀", most)) is var longest && !ErrorsOf(longest, "").Any())
            return longest;
        return Enumerable.Range(0, 1_000).Select(_ => Some(random)).First(text => !ErrorsOf(text, "").Any());
    }

    private IEnumerable<(string Way, JsonNode? Value)> Replacements(JsonNode? value)
    {
        foreach (var other in (JsonNode?[])[null, true, 1, 1.5, "one of none", "", " ", "€", "a\\", new string('U', 26), new JsonArray(), new JsonObject(), new JsonObject { ["x"] = 1 }])
            yield return ("another value", other);
        if (Rule("maxLength") is { } length)
            yield return ("too long", new StringBuilder().Insert(0, "😀", length + 1).ToString());
        if (Rule("maximum") is { } most)
            yield return ("too large", most + 1L);
        if (Rule("minimum") is { } least)
            yield return ("too small", least - 1L);
        if (Rule("maxItems") is <= 1_000 and var items && value is JsonArray { Count: > 0 } some)
            yield return ("too many items", new JsonArray([.. Enumerable.Range(0, items + 1).Select(_ => some[0]?.DeepClone())]));
        if (IsUnique && value is JsonArray { Count: > 0 } single)
            yield return ("an item twice", new JsonArray(single[0]?.DeepClone(), single[0]?.DeepClone()));
        if (Rule("maxProperties") is { } members && value is JsonObject)
            yield return ("too many members", new JsonObject(Enumerable.Range(0, members + 1).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)"v"))));
    }

    private IEnumerable<(string Place, string Way, JsonNode? Value)> BreaksOf(JsonObject members)
    {
        foreach (var name in Required)
            yield return (name, "missing", With(members, copy => copy.Remove(name)));
        if (!IsOpen)
            yield return ("undocumented", "not documented", With(members, copy => copy["undocumented"] = 1));
        foreach (var name in (string[])["", "a b", "Ünï", "subject", new string('n', 300)])
        {
            if (Properties.All(property => property.Name != name) && Names?.Errors(name).Any() is true)
                yield return (name, "such a name", With(members, copy => copy[name] = "$.x"));
        }

        foreach (var (name, value) in members)
        {
            var schema = Properties.FirstOrDefault(property => property.Name == name).Schema ?? MoreProperties;
            foreach (var broken in schema?.Breaks(value, name) ?? [])
                yield return (broken.Place, broken.Way, With(members, copy => copy[name] = broken.Value?.DeepClone()));
        }
    }

    private static JsonObject With(JsonObject members, Action<JsonObject> change)
    {
        var copy = members.DeepClone().AsObject();
        change(copy);
        return copy;
    }
}
