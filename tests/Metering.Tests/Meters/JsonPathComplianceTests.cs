using System.Text.Json;
using CloudNative.Metering.Meters;

namespace CloudNative.Metering.Tests.Meters;

/// <summary>The public RFC 9535 compliance suite, when its file is there (<c>CLOUDNATIVE_SHARED</c>, or <c>shared</c> beside the clone).</summary>
public sealed class JsonPathComplianceTests
{
    [Fact]
    public void TryParse_InvalidSelectors_RefusesEach()
    {
        using var suite = Suite();

        var accepted = Cases(suite).Where(c => c.TryGetProperty("invalid_selector", out _)).Where(c => JsonPath.TryParse(Selector(c), out _, out _)).Select(Selector).ToList();

        Assert.Empty(accepted);
    }

    [Fact]
    public void TryEvaluate_SingularQueries_GivesTheSuitesResult()
    {
        using var suite = Suite();
        var wrong = new List<string>();
        var checkedCases = 0;
        foreach (var test in Cases(suite))
        {
            if (!test.TryGetProperty("result", out var result) || !JsonPath.TryParse(Selector(test), out var path, out _))
                continue;
            checkedCases++;
            var found = path.TryEvaluate(test.GetProperty("document"), out var value);
            var right = found ? result.GetArrayLength() == 1 && JsonElement.DeepEquals(value, result[0]) : result.GetArrayLength() == 0;
            if (!right)
                wrong.Add(Selector(test));
        }

        Assert.Empty(wrong);
        Assert.True(checkedCases >= 67, $"Only {checkedCases} of the suite's 67 singular queries were parsed.");
    }

    private static JsonElement.ArrayEnumerator Cases(JsonDocument suite) => suite.RootElement.GetProperty("tests").EnumerateArray();

    private static string Selector(JsonElement test) => test.GetProperty("selector").GetString()!;

    private static JsonDocument Suite()
    {
        var shared = Environment.GetEnvironmentVariable("CLOUDNATIVE_SHARED");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); shared is null && folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "shared", "jsonpath")))
                shared = Path.Combine(folder.FullName, "shared");
        }

        var file = Path.Combine(shared ?? ".", "jsonpath", "cts.json");
        if (!File.Exists(file))
            Assert.Skip("The compliance suite (jsonpath/cts.json) is not on this machine.");
        return JsonDocument.Parse(File.ReadAllText(file));
    }
}
