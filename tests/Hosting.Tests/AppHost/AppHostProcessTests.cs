using System.Diagnostics;
using System.Text.RegularExpressions;
using Aspire.Hosting.Processes;
using CloudNative.Hosting.Tests.Dashboard;
using CloudNative.Tests;

namespace CloudNative.Hosting.Tests.AppHost;

/// <summary>However the AppHost ends, nothing of its run is left.</summary>
public sealed partial class AppHostProcessTests
{
    [Fact]
    public async Task Kill_RunningAppHost_LeavesNothingBehind()
    {
        await using var appHost = AppHostProcess.Start();
        await WaitForDatabaseAsync(appHost);
        var (runs, processes) = appHost.Alive();
        Assert.True(processes.Count > 3, $"Only {processes.Count} processes run.");

        Assert.True(Signals.TrySend(appHost.Process.Id, StopSignal.Kill));
        await appHost.Process.Exit.WaitAsync(Token);
        await EventuallyNothingIsLeftAsync(appHost, runs);
    }

    [Fact]
    public async Task Interrupt_RunningAppHost_EndsAllWithinTenSeconds()
    {
        await using var appHost = AppHostProcess.Start(StopSignal.Interrupt);
        await WaitForDatabaseAsync(appHost);
        await StopInTimeAsync(appHost);
    }

    [Fact]
    public async Task Kill_DuringAnInstall_LeavesNothingBehind()
    {
        var folder = Directory.CreateTempSubdirectory("hosting-tests-").FullName;
        var npm = Path.Combine(folder, "npm");
        await WriteProgramAsync(npm, $"#!/bin/sh\ntouch {npm}.started\nexec sleep 600\n");
        await using var appHost = AppHostProcess.Start(environment: "Development", variables: new Dictionary<string, string?>
        {
            ["CLOUDNATIVE_CACHE"] = Path.Combine(folder, "empty"),
            ["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}",
        });
        await Eventually.GetAsync(_ => Task.FromResult(appHost.Output()), _ => File.Exists($"{npm}.started"), "npm is started");
        var (runs, _) = appHost.Alive();

        Assert.True(Signals.TrySend(appHost.Process.Id, StopSignal.Kill));
        await appHost.Process.Exit.WaitAsync(Token);
        await EventuallyNothingIsLeftAsync(appHost, runs);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Kill_HealthyInDevelopment_LeavesNothingBehind()
    {
        await using var appHost = AppHostProcess.Start(environment: "Development");
        await WaitForAllAsync(appHost);
        var (runs, _) = appHost.Alive();

        Assert.True(Signals.TrySend(appHost.Process.Id, StopSignal.Kill));
        await appHost.Process.Exit.WaitAsync(Token);
        await EventuallyNothingIsLeftAsync(appHost, runs);
    }

    [Fact]
    public async Task Interrupt_HealthyInDevelopment_EndsAllWithinTenSeconds()
    {
        await using var appHost = AppHostProcess.Start(StopSignal.Interrupt, "Development");
        await WaitForAllAsync(appHost);
        await StopInTimeAsync(appHost);
    }

    [Fact]
    public async Task Start_TwoAtOnce_BothBecomeHealthyAndHaveTheirOwnPorts()
    {
        await using var one = AppHostProcess.Start(environment: "Development");
        await using var other = AppHostProcess.Start(environment: "Development");
        await Task.WhenAll(WaitForAllAsync(one), WaitForAllAsync(other));

        var addresses = Addresses(one).Concat(Addresses(other)).ToList();
        Assert.True(addresses.Count >= 6, $"Only {addresses.Count} addresses: {one.Output()}");
        Assert.Equal(addresses.Distinct(), addresses);
        // One after the other: the time to stop is a promise of one run.
        await StopInTimeAsync(one);
        await StopInTimeAsync(other);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task WaitForDatabaseAsync(AppHostProcess appHost) => appHost.WaitForLinesAsync(
        [line => line.StartsWith("metering", StringComparison.Ordinal) && line.Contains("healthy", StringComparison.Ordinal)], Token);

    /// <summary>
    /// Every service, to the last line of the summary, and what became of the dashboard's first attempt when it needn't be downloaded first:
    /// whether it comes up is for <see cref="DashboardServerTests"/>, and nothing here depends on it.
    /// </summary>
    private static Task WaitForAllAsync(AppHostProcess appHost)
    {
        List<Func<string, bool>> expected = [line => line.StartsWith("Ctrl+C stops it.", StringComparison.Ordinal)];
        if (DashboardServerTests.IsInstalled)
            expected.Add(line => line.Contains("Dashboard: http", StringComparison.Ordinal) || line.Contains("The dashboard ", StringComparison.Ordinal));
        return appHost.WaitForLinesAsync(expected, Token);
    }

    /// <summary>What the summary and the dashboard's line say.</summary>
    private static IEnumerable<string> Addresses(AppHostProcess appHost) =>
        AddressPattern().Matches(appHost.Output()).Select(match => match.Value).Distinct();

    [GeneratedRegex(@"(?<=^  \S+ +|Dashboard: )http://localhost:\d+", RegexOptions.Multiline)]
    private static partial Regex AddressPattern();

    private static async Task WriteProgramAsync(string path, string script)
    {
        await File.WriteAllTextAsync(path, script, Token);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task StopInTimeAsync(AppHostProcess appHost)
    {
        var (runs, _) = appHost.Alive();
        var started = Stopwatch.GetTimestamp();
        var exitCode = await appHost.Process.StopAsync(TimeSpan.FromSeconds(30), Token);
        var took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < TimeSpan.FromSeconds(10), $"It took {took}: {appHost.Output()}");
        Assert.Equal(0, exitCode);
        await EventuallyNothingIsLeftAsync(appHost, runs);
    }

    private static async Task EventuallyNothingIsLeftAsync(AppHostProcess appHost, IReadOnlyList<string> runs)
    {
        Assert.NotEmpty(runs);
        var folders = runs.Select(run => Path.Combine(Path.GetTempPath(), $"cn-{run}")).ToList();
        await Eventually.GetAsync(
            _ => Task.FromResult(string.Join(", ", appHost.Alive().Processes.Select(id => id.ToString()).Concat(folders.Where(Directory.Exists)))),
            left => left.Length == 0,
            "nothing of the run is left");
    }
}
