using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Aspire's dashboard as a process beside the resources. Nothing waits for it and nothing fails with it: when it can't be had,
/// one line says why.
/// </summary>
internal sealed partial class DashboardServer(
    DashboardOptions options, LocalRun run, IServiceProvider applicationServices, UserCache cache, ILogger<DashboardServer> logger)
    : BackgroundService
{
    private const int LinesInError = 3;
    // Its own patience ends after half a minute, which a machine that builds and starts everything at once may need.
    private const int Attempts = 3;
    // It holds nothing that is lost, and the ten seconds of a stop are for the resources.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var package = DashboardProgram.Package ?? throw new ToolInstallException("There is no build of it for this platform.");
            var folder = await package.InstallAsync(cache, run, stoppingToken);
            var service = new ResourceServiceOptions(options.ApplicationName, options.ResourceServicePort, options.ResourceServiceApiKey);
            await using var resources = await ResourceServiceHost.StartAsync(service, applicationServices, stoppingToken);
            await ServeAsync(DashboardProgram.Run(folder, cache, options), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The run is over.
        }
        catch (Exception e) when (e is DistributedApplicationException or IOException or UnauthorizedAccessException)
        {
            LogNotAvailable(e.Message);
        }
    }

    private async Task ServeAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (wasUp, reason) = await RunToItsEndAsync(spec, cancellationToken);
            if (wasUp || attempt == Attempts)
                throw new DistributedApplicationException(reason);
            LogTriesAgain(reason);
            // What the others left it was not enough, and by now they have started.
            spec = spec with { IsSecondary = false };
        }
    }

    private async Task<(bool WasUp, string Reason)> RunToItsEndAsync(ProcessSpec spec, CancellationToken cancellationToken)
    {
        var lines = new ConcurrentQueue<string>();
        await using var process = await run.StartAsync(spec, output => lines.Enqueue(output.Line.Trim()));
        try
        {
            await WaitUntilListeningAsync(process, cancellationToken);
            var wasUp = !process.HasExited;
            if (wasUp)
                LogReady(options.LoginUrl);
            var exitCode = await process.Exit.WaitAsync(cancellationToken);
            return (wasUp, $"It ended with exit code {exitCode}: {string.Join(" | ", lines.TakeLast(LinesInError))}");
        }
        finally
        {
            await process.StopAsync(StopTimeout, CancellationToken.None);
        }
    }

    private async Task WaitUntilListeningAsync(LocalProcess process, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(ProbeInterval);
        while (!process.HasExited && !await IsListeningAsync(cancellationToken))
            await timer.WaitForNextTickAsync(cancellationToken);
    }

    private async Task<bool> IsListeningAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, options.FrontendPort, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Information, "Dashboard: {LoginUrl}")]
    private partial void LogReady(string loginUrl);

    [LoggerMessage(LogLevel.Warning, "The dashboard did not come up and is started again. {Reason}")]
    private partial void LogTriesAgain(string reason);

    [LoggerMessage(LogLevel.Warning, "The dashboard is not available, everything else is. {Reason}")]
    private partial void LogNotAvailable(string reason);
}
