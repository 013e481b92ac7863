using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>A condition on a dimension, for the wire and for the oracle.</summary>
internal sealed record TestFilter(string Operator, IReadOnlyList<string> Texts, IReadOnlyList<TestFilter> Parts)
{
    private const string Within = "$gte, $lt", And = "$and", Or = "$or";

    private static readonly Dictionary<string, string> Sql = new Dictionary<string, string>
    {
        ["$eq"] = "=", ["$ne"] = "<>", ["$gt"] = ">", ["$gte"] = ">=", ["$lt"] = "<", ["$lte"] = "<=", ["$in"] = "in", ["$nin"] = "not in",
        ["$like"] = "like", ["$nlike"] = "not like", ["$ilike"] = "ilike", ["$nilike"] = "not ilike",
    };

    private static readonly string[] Comparisons = ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"], Sets = ["$in", "$nin"], Likes = ["$like", "$nlike", "$ilike", "$nilike"];
    private static readonly string[] Patterns = ["%", "_", "x%", "%\\_%", "x\\%y", "%'%", "ä", "B", "\\\\", "", "%L_", "-%3"];
    private static readonly Gen<string> Values = Gen.Elements(TestEvent.Models.Select(model => model ?? "m"));

    public static Gen<TestFilter> Generator(int depth)
    {
        var simple = Gen.OneOf(
            Of(Comparisons, Values.ArrayOf(1)), Of(Sets, Values.ArrayOf(2)), Of(Likes, Gen.Elements(Patterns).ArrayOf(1)), Of([Within], Values.ArrayOf(2)));
        return depth == 1 ? simple : Gen.Frequency(
            (2, simple),
            (1, from name in Gen.Elements(And, Or) from parts in Generator(depth - 1).ArrayOf(2) select new TestFilter(name, [], parts)));
    }

    public JsonObject ToJson() => Operator switch
    {
        And or Or => new JsonObject { [Operator] = new JsonArray([.. Parts.Select(part => part.ToJson())]) },
        Within => new JsonObject { ["$gte"] = Texts[0], ["$lt"] = Texts[1] },
        "$in" or "$nin" => new JsonObject { [Operator] = new JsonArray([.. Texts.Select(text => (JsonNode)text)]) },
        _ => new JsonObject { [Operator] = Texts[0] },
    };

    public string ToSql(string column) => Operator switch
    {
        And or Or => $"({string.Join($" {Operator[1..]} ", Parts.Select(part => part.ToSql(column)))})",
        Within => $"({column} >= {Oracle.Text(Texts[0])} and {column} < {Oracle.Text(Texts[1])})",
        _ when Likes.Contains(Operator) => $"{column} {Sql[Operator]} {Oracle.Text(Texts[0])} escape '\\'",
        _ => $"{column} {Sql[Operator]} ({string.Join(", ", Texts.Select(Oracle.Text))})",
    };

    public override string ToString() => ToJson().ToJsonString();

    private static Gen<TestFilter> Of(string[] operators, Gen<string[]> texts) =>
        from name in Gen.Elements(operators) from values in texts select new TestFilter(name, values, []);
}
