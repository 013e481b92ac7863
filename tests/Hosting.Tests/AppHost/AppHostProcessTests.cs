using System.Diagnostics;
using Aspire.Hosting.Processes;

namespace CloudNative.Hosting.Tests.AppHost;

/// <summary>However the AppHost ends, nothing of its run is left.</summary>
public sealed class AppHostProcessTests
{
    private static readonly TimeSpan EndOfAll = TimeSpan.FromSeconds(15);

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
        var (runs, _) = appHost.Alive();

        var started = Stopwatch.GetTimestamp();
        var exitCode = await appHost.Process.StopAsync(TimeSpan.FromSeconds(30), Token);
        var took = Stopwatch.GetElapsedTime(started);
        Assert.True(took < TimeSpan.FromSeconds(10), $"It took {took}: {appHost.Output()}");
        Assert.Equal(0, exitCode);
        await EventuallyNothingIsLeftAsync(appHost, runs);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Task WaitForDatabaseAsync(AppHostProcess appHost) => appHost.WaitForLineAsync(
        line => line.StartsWith("metering", StringComparison.Ordinal) && line.Contains("healthy", StringComparison.Ordinal), Token);

    private static async Task EventuallyNothingIsLeftAsync(AppHostProcess appHost, IReadOnlyList<string> runs)
    {
        Assert.NotEmpty(runs);
        var folders = runs.Select(run => Path.Combine(Path.GetTempPath(), $"cn-{run}")).ToList();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var started = Stopwatch.GetTimestamp();
        while (appHost.Alive().Processes.Count > 0 || folders.Any(Directory.Exists))
        {
            var left = string.Join(", ", appHost.Alive().Processes.Select(id => id.ToString()).Concat(folders.Where(Directory.Exists)));
            Assert.True(Stopwatch.GetElapsedTime(started) < EndOfAll, $"Still there: {left}");
            await timer.WaitForNextTickAsync(Token);
        }
    }
}
