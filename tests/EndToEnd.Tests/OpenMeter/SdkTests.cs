using System.ComponentModel;
using System.Diagnostics;
using CloudNative.Tests;

namespace CloudNative.EndToEnd.Tests.OpenMeter;

/// <summary>The npm packages <c>@openmeter/sdk</c> and <c>cloudevents</c> work by changing the base URL: <c>sdk.mjs</c> calls them, with their own error handling.</summary>
public sealed class SdkTests(SystemFixture system)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "OpenMeter");
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    [Proves("compatible with the OpenMeter v1 API, so that its SDKs")]
    [Fact]
    public async Task Sdk_EveryCall_WorksAgainstTheSystem()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        await InstallAsync(deadline.Token);
        using var api = system.CreateApiClient();

        var (exitCode, output) = await RunAsync(
            "node", ["sdk.mjs", api.BaseAddress!.ToString().TrimEnd('/'), SystemFixture.ApiKey, Guid.NewGuid().ToString("N")[..8]], deadline.Token);

        Assert.True(exitCode == 0, output);
        Assert.EndsWith("end", output.TrimEnd(), StringComparison.Ordinal);
    }

    /// <summary>Once a build folder: what the lock file names, and none of its scripts.</summary>
    private static async Task InstallAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
            return;
        try
        {
            var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            var (exitCode, output) = await RunAsync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cancellationToken);
            Assert.True(exitCode == 0, $"npm could not install the SDKs: {output}");
        }
        catch (Win32Exception)
        {
            Assert.Skip("npm is not in PATH.");
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, await errors + await output);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
