using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Meters;

/// <summary>The public RFC 9535 compliance suite, as a client meets it: a path is taken, or refused with a 400 that points at the place.</summary>
public sealed class JsonPathTests(TestApi api)
{
    // "every singular query in it (names and indexes only)".
    private static readonly Regex Singular = new("""^\$(\s*(\.[\w\u0080-\uFFFF]+|\[\s*('([^'\\]|\\.)*'|"([^"\\]|\\.)*"|-?[0-9]+)\s*\]))*$""", RegexOptions.ExplicitCapture);

    private const int MaxDimensions = 32;

    private static readonly Uri Meters = new("/api/v1/meters", UriKind.Relative);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("JSONPath: the $.a.b, $['a b'], $.a[0] subset of RFC 9535", "others 400")]
    [Fact]
    public async Task Create_EveryQueryOfTheSuite_IsTakenWhenItIsSingularAndElseRefusedWithItsPlace()
    {
        using var suite = JsonDocument.Parse(await File.ReadAllTextAsync(SharedFiles.Find("jsonpath", "cts.json"), Token));
        using var client = await api.CreateTenantClientAsync(Token);
        var tests = suite.RootElement.GetProperty("tests").EnumerateArray().Where(test => test.Text("selector") != "$").ToList();

        foreach (var page in tests.Chunk(MaxDimensions))
        {
            var errors = await ErrorsAsync(client, [.. page.Select(test => test.Text("selector")!)]);
            for (var i = 0; i < page.Length; i++)
            {
                var isTaken = !errors.TryGetValue($"groupBy.d{i}", out var message);
                var isSingular = !page[i].TryGetProperty("invalid_selector", out _) && Singular.IsMatch(page[i].Text("selector")!);
                Assert.True(isTaken == isSingular, $"'{page[i].Text("selector")}': {message ?? "taken"}");
                Assert.Matches("^$|at position [0-9]+: |Needs the JSONPath", message ?? "");
            }
        }
    }

    /// <summary>By field, what is wrong; one more error is always there, so that nothing is created.</summary>
    private static async Task<Dictionary<string, string>> ErrorsAsync(HttpClient client, string[] paths)
    {
        var groupBy = new JsonObject(paths.Select((path, i) => KeyValuePair.Create($"d{i}", (JsonNode?)path)));
        var body = new JsonObject { ["slug"] = "Not a slug", ["eventType"] = "e", ["aggregation"] = "COUNT", ["groupBy"] = groupBy };
        using var response = await client.PostAsync(Meters, Json.Content(body.ToJsonString()), Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var errors = (await response.ReadJsonAsync(Token)).GetProperty("extensions").GetProperty("validationErrors").EnumerateArray();
        return errors.ToDictionary(error => error.Text("field")!, error => error.Text("message")!);
    }
}
