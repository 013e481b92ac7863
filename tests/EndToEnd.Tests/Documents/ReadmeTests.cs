using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aspire.Hosting.Testing;
using CloudNative.Tests;

namespace CloudNative.EndToEnd.Tests.Documents;

/// <summary>The README's lines work as they are written: each is run by a shell, with only the address exchanged.</summary>
public sealed partial class ReadmeTests(SystemFixture system)
{
    private const string Api = "http://localhost:5081";
    private const string Web = "http://localhost:5080";

    private static readonly TimeSpan Visible = TimeSpan.FromSeconds(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_CopiedInOrder_EndWithTheNumber()
    {
        var lines = CurlLines();
        Assert.Equal(3, lines.Count);

        var meter = await RunAsync(lines[0]);
        await RunAsync(lines[1]);
        var usage = await Eventually.GetAsync(_ => RunAsync(lines[2]), IsComplete, "the event is counted", Visible);
        await RunAsync(lines[1]);
        var afterSecondPost = await RunAsync(lines[2]);

        Assert.Equal("tokens", Json(meter).GetProperty("slug").GetString());
        var row = Assert.Single(Json(usage).GetProperty("data").EnumerateArray());
        Assert.Equal(1240, row.GetProperty("value").GetDecimal());
        Assert.Equal("gpt-4o", row.GetProperty("groupBy").GetProperty("model").GetString());
        Assert.Equal(usage, afterSecondPost);
    }

    [Theory]
    [InlineData(Web, "/", "web")]
    [InlineData($"{Web}/meters/tokens", "/meters/tokens", "web")]
    [InlineData(Api, "/openapi/v1.json", "api")]
    [InlineData(Api, "/scalar", "api")]
    public async Task Addresses_EachNamed_Answer(string named, string path, string resource)
    {
        Assert.Contains(named, Readme(), StringComparison.Ordinal);

        using var client = system.App.CreateHttpClient(resource);
        using var response = await client.GetAsync(path, Cancellation);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    // Other tests have stored events before the meter: it looks at those first.
    private static bool IsComplete(string usage) => Json(usage).GetProperty("data").GetArrayLength() > 0 && !Json(usage).TryGetProperty("incomplete", out _);

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private static List<string> CurlLines() =>
        [.. ShellBlock().Matches(Readme()).Select(block => block.Groups["code"].Value).Where(code => code.StartsWith("curl ", StringComparison.Ordinal))];

    private static string Readme()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CloudNative.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"No CloudNative.sln above {AppContext.BaseDirectory}");
        return File.ReadAllText(Path.Combine(folder.FullName, "README.md"));
    }

    private async Task<string> RunAsync(string line)
    {
        var address = system.App.GetEndpoint("api").ToString().TrimEnd('/');
        var start = new ProcessStartInfo("bash", ["-c", line.Replace(Api, address, StringComparison.Ordinal)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var shell = Process.Start(start) ?? throw new InvalidOperationException("No bash");
        var output = shell.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = shell.StandardError.ReadToEndAsync(Cancellation);
        await shell.WaitForExitAsync(Cancellation);
        Assert.True(shell.ExitCode == 0, $"{line}\nended with {shell.ExitCode}: {await errors}");
        return await output;
    }

    [GeneratedRegex("```bash\n(?<code>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
