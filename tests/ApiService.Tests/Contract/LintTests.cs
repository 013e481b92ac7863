using System.Collections.Concurrent;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudNative.ApiService.Tests.Contract;

/// <summary>The OpenAPI document as people who work with such documents want it: Redocly's default rules find nothing, not even to warn of.</summary>
public sealed class LintTests(TestApi api)
{
    private static readonly NpmPackage Redocly = new("@redocly/cli", "2.77.0");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenApiDocument_Linted_IsClean()
    {
        await using var run = new LocalRun(new LocalRunOptions("."), NullLogger<LocalRun>.Instance);
        var folder = run.RunFolder("lint");
        using var client = api.Anonymous;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "openapi.json"), await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Token), Token);
        var package = await Redocly.InstallAsync(UserCache.Default, run, Token);
        var lines = new ConcurrentQueue<string>();

        await using var lint = await run.StartAsync(
            new ProcessSpec("node", [Path.Combine(package, "bin", "cli.js"), "lint", "openapi.json", "--format=json"])
            {
                WorkingDirectory = folder,
                Environment = new Dictionary<string, string?> { ["REDOCLY_SDK_TELEMETRY"] = "off", ["REDOCLY_SUPPRESS_UPDATE_NOTICE"] = "true" },
            },
            output => lines.Enqueue(output.Line));
        var exitCode = await lint.Exit.WaitAsync(Token);

        var told = string.Join('\n', lines);
        Assert.True(exitCode == 0, told);
        // Warnings do not change the exit code.
        Assert.Contains("\"warnings\": 0", told, StringComparison.Ordinal);
    }
}
