using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Tools;
using CloudNative.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Hosting.Tests.Dashboard;

public sealed class DashboardServerTests
{
    /// <summary>Whether a test can have it without a download.</summary>
    internal static bool IsInstalled => DashboardProgram.Package is { } package && Directory.Exists(Path.Combine(UserCache.Default.Root, package.CacheName));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Execute_CanNotBeInstalled_SaysSoInOneLineAndEnds()
    {
        var notAFolder = Path.GetTempFileName();
        var logger = new ListLogger<DashboardServer>();
        await using var services = new ServiceCollection().BuildServiceProvider();
        await using var run = new LocalRun(new LocalRunOptions("."), new ListLogger<LocalRun>());
        using var server = new DashboardServer(new DashboardOptions("Small", 1, 2, 3, 4), run, services, new UserCache(notAFolder), logger);

        await server.StartAsync(Cancellation);
        await server.ExecuteTask!.WaitAsync(Eventually.Deadline, Cancellation);

        Assert.Contains("The dashboard is not available, everything else is.", Assert.Single(logger.Messages), StringComparison.Ordinal);
        File.Delete(notAFolder);
    }

    [Fact]
    public async Task Execute_Installed_AnswersAtTheAddressThatItPrints()
    {
        Assert.SkipUnless(IsInstalled, "The dashboard would have to be downloaded.");
        await using var dashboard = await RunningDashboard.StartAsync(UserCache.Default, Cancellation);

        await dashboard.SaysAsync($"Dashboard: {dashboard.Options.LoginUrl}");
        using var client = new HttpClient();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(dashboard.Options.LoginUrl, Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Execute_GivesUpTwiceWithoutBeingUp_IsStartedAgain()
    {
        using var program = new FakeDashboardProgram("""[ "$(wc -l < starts)" -lt 3 ] && { echo 'Too slow'; exit 12; }; exec sleep 600""");
        await using var dashboard = await RunningDashboard.StartAsync(program.Cache, Cancellation);
        await program.IsStartedAsync(times: 3);
        using var frontend = new TcpListener(IPAddress.Loopback, dashboard.Options.FrontendPort);
        frontend.Start();

        await dashboard.SaysAsync($"Dashboard: {dashboard.Options.LoginUrl}");

        const string Again = "The dashboard did not come up and is started again. It ended with exit code 12: Too slow";
        Assert.Equal([Again, Again, $"Dashboard: {dashboard.Options.LoginUrl}"], dashboard.Messages);
    }

    [Fact]
    public async Task Execute_NeverUp_SaysSoAfterThreeAttempts()
    {
        using var program = new FakeDashboardProgram("exit 12");
        await using var dashboard = await RunningDashboard.StartAsync(program.Cache, Cancellation);

        await dashboard.SaysAsync("The dashboard is not available, everything else is. It ended with exit code 12: ");

        Assert.Equal((3, 3), (program.Starts, dashboard.Messages.Count()));
    }

    [Fact]
    public async Task Execute_EndsAfterItWasUp_IsNotStartedAgain()
    {
        using var program = new FakeDashboardProgram("while [ ! -e end ]; do sleep 0.1; done; exit 3");
        await using var dashboard = await RunningDashboard.StartAsync(program.Cache, Cancellation);
        using var frontend = new TcpListener(IPAddress.Loopback, dashboard.Options.FrontendPort);
        frontend.Start();
        await dashboard.SaysAsync($"Dashboard: {dashboard.Options.LoginUrl}");

        program.End();

        await dashboard.SaysAsync("The dashboard is not available, everything else is. It ended with exit code 3: ");
        Assert.Equal(1, program.Starts);
    }

    [Fact]
    public void AddDashboard_NoReceiverConfigured_TellsProjectsWhereToSendTelemetry()
    {
        using var ports = new FreePorts();
        var configuration = new ConfigurationManager();

        new ServiceCollection().AddDashboard("Small", configuration, ports);

        Assert.StartsWith("http://127.0.0.1:", configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"], StringComparison.Ordinal);
        Assert.Equal(32, configuration["AppHost:OtlpApiKey"]?.Length);
    }

    [Fact]
    public void AddDashboard_ReceiverConfigured_LeavesItAlone()
    {
        using var ports = new FreePorts();
        var configuration = new ConfigurationManager { ["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://collector:4317" };

        new ServiceCollection().AddDashboard("Small", configuration, ports);

        Assert.Equal("http://collector:4317", configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"]);
        Assert.Null(configuration["AppHost:OtlpApiKey"]);
    }

    [Theory]
    [InlineData(true, "--environment=Development")]
    [InlineData(false, "--environment=Production")]
    [InlineData(false, "--environment=Development", "--AppHost:Quiet=true")]
    [InlineData(false, "--environment=Development", "--operation=publish")]
    public void CreateBuilder_Run_HasADashboardOnlyForPeopleInDevelopment(bool expected, params string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(args);

        Assert.Equal(expected, builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] is not null);
    }

    [Fact]
    public void Run_Options_KeepKeysOutOfTheCommandLine()
    {
        var options = new DashboardOptions("Small", 15080, 15081, 15082, 15083);

        var spec = DashboardProgram.Run("/package", new UserCache("/cache"), options);

        Assert.DoesNotContain(spec.Arguments, argument => argument.Contains(options.BrowserToken, StringComparison.Ordinal));
        Assert.Equal("1", spec.Environment["ASPIRE_CLI_TELEMETRY_OPTOUT"]);
        Assert.Equal(options.ResourceServiceApiKey, spec.Environment["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"]);
        Assert.Equal(options.OtlpApiKey, spec.Environment["DASHBOARD__OTLP__PRIMARYAPIKEY"]);
        Assert.Equal("http://127.0.0.1:15083", spec.Environment["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"]);
    }
}
