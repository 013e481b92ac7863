using System.Text.Json;
using System.Text.RegularExpressions;
using CloudNative.Metering.Meters;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Meters;

/// <summary>The public RFC 9535 compliance suite, when its file is there (<c>CLOUDNATIVE_SHARED</c>, or <c>shared</c> beside the clone).</summary>
public sealed class JsonPathComplianceTests
{
    // Of a valid query: names and indexes only.
    private static readonly Regex Singular = new("""^\$(\s*(\.[\w\u0080-\uFFFF]+|\[\s*('([^'\\]|\\.)*'|"([^"\\]|\\.)*"|-?[0-9]+)\s*\]))*$""", RegexOptions.ExplicitCapture);

    [Fact]
    public void TryParse_InvalidSelectorsAndQueriesThatAreNotSingular_PointsAtThePlace()
    {
        using var suite = Suite();

        foreach (var test in Cases(suite).Where(test => !IsSingular(test)))
        {
            Assert.False(JsonPath.TryParse(Selector(test), out _, out var error), $"'{Selector(test)}' was accepted");
            Assert.InRange(error.Position, 0, Selector(test).Length);
            Assert.True(IsWellFormedUpTo(Selector(test), error.Position), $"'{Selector(test)}': something is wrong before {error.Position}, too");
        }
    }

    [Proves("JSONPath: the $.a.b, $['a b'], $.a[0] subset of RFC 9535")]
    [Fact]
    public void TryEvaluate_SingularQueries_GivesTheSuitesResult()
    {
        using var suite = Suite();
        var singular = Cases(suite).Where(IsSingular).ToList();

        foreach (var test in singular)
        {
            Assert.True(JsonPath.TryParse(Selector(test), out var path, out var error), $"'{Selector(test)}': {error}");
            var result = test.GetProperty("result");
            var found = path.TryEvaluate(test.GetProperty("document"), out var value);
            Assert.True(
                found ? result.GetArrayLength() == 1 && JsonElement.DeepEquals(value, result[0]) : result.GetArrayLength() == 0,
                $"'{Selector(test)}' gives {value}, and should give {result}");
        }

        Assert.True(singular.Count >= 67, $"Only {singular.Count} of the suite's queries are singular.");
    }

    /// <summary>What documents say of a path is what is checked, but for two rules that a pattern has no words for.</summary>
    [Fact]
    public void PathPattern_EverySelector_AgreesWithTheParser()
    {
        using var suite = Suite();
        // \z instead of $: .NET's $ also matches before a trailing line feed.
        var pattern = new Regex($@"{MeterRules.PathPattern[..^1]}\z", RegexOptions.ECMAScript);

        foreach (var selector in Cases(suite).Select(Selector))
        {
            var isTaken = JsonPath.TryParse(selector, out var path, out var error) && !path.IsRoot;
            var isBeyondWords = error?.Message is { } reason && (reason.StartsWith("half of a surrogate pair", StringComparison.Ordinal) || reason.StartsWith("an index lies within", StringComparison.Ordinal));
            Assert.True(isBeyondWords || pattern.IsMatch(selector) == isTaken, $"'{selector}' is {(isTaken ? "" : "not ")}a path, and the pattern does not say so");
        }
    }

    private static bool IsSingular(JsonElement test) => !test.TryGetProperty("invalid_selector", out _) && Singular.IsMatch(Selector(test));

    // What stands before the place can be completed to a path: then nothing before it is to blame.
    private static bool IsWellFormedUpTo(string selector, int position)
    {
        var before = selector[..position];
        return position == 0 || ((string[])["", "a", ".a", "]", "0]", "'a']", "\"", "']", "\"]", "a']", "a\"]"]).Any(end => JsonPath.TryParse(before + end, out _, out _));
    }

    private static JsonElement.ArrayEnumerator Cases(JsonDocument suite) => suite.RootElement.GetProperty("tests").EnumerateArray();

    private static string Selector(JsonElement test) => test.GetProperty("selector").GetString()!;

    private static JsonDocument Suite() => JsonDocument.Parse(File.ReadAllText(SharedFiles.Find("jsonpath", "cts.json")));
}
