using Aspire.Hosting;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Tools;
using CloudNative.Hosting.Tests.Servers;
using CloudNative.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Hosting.Tests.Dashboard;

/// <summary>The dashboard's server beside an application without resources.</summary>
internal sealed class RunningDashboard : IAsyncDisposable
{
    private readonly ListLogger<DashboardServer> _logger = new();
    private readonly DistributedApplication _application;
    private readonly DashboardServer _server;

    private RunningDashboard(DistributedApplication application, UserCache cache)
    {
        _application = application;
        Options = new DashboardOptions("Small", Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());
        _server = new DashboardServer(Options, application.Services.GetRequiredService<LocalRun>(), application.Services, cache, _logger);
    }

    public DashboardOptions Options { get; }

    public IEnumerable<string> Messages => _logger.Messages;

    public static async Task<RunningDashboard> StartAsync(UserCache cache, CancellationToken cancellationToken)
    {
        var application = DistributedApplication
            .CreateBuilder(new DistributedApplicationOptions { Args = ["AppHost:Quiet=true"], DisableDashboard = true })
            .Build();
        var dashboard = new RunningDashboard(application, cache);
        await dashboard._server.StartAsync(cancellationToken);
        return dashboard;
    }

    public Task SaysAsync(string line) => Eventually.GetAsync(
        _ => Task.FromResult(string.Join('\n', Messages)),
        _ => Messages.Any(message => message.StartsWith(line, StringComparison.Ordinal)), line);

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
        await _application.DisposeAsync();
    }
}
