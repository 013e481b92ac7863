using System.Runtime.InteropServices;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;

namespace Aspire.Hosting.Dashboard;

/// <summary>Aspire's own dashboard, which comes inside the npm package of its command-line program.</summary>
internal static class DashboardProgram
{
    private const string Version = "13.5.4";

    /// <summary>Null on a platform for which Aspire publishes no package.</summary>
    public static NpmPackage? Package => Platform is { } platform ? new NpmPackage($"@microsoft/aspire-cli-{platform}", Version) : null;

    private static string? Platform
    {
        get
        {
            var system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : OperatingSystem.IsLinux() ? Linux : null;
            return (system, RuntimeInformation.ProcessArchitecture) switch
            {
                (null, _) => null,
                (_, Architecture.X64) => $"{system}-x64",
                (_, Architecture.Arm64) => $"{system}-arm64",
                _ => null,
            };
        }
    }

    private static string Linux => RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";

    public static ProcessSpec Run(string packageFolder, UserCache cache, DashboardOptions options) => new(
        Path.Combine(packageFolder, "bin", OperatingSystem.IsWindows() ? "aspire.exe" : "aspire"),
        [
            "dashboard", "run", "--non-interactive", "--nologo",
            "--frontend-url", options.FrontendUrl,
            "--otlp-grpc-url", options.OtlpGrpcUrl,
            "--otlp-http-url", options.OtlpHttpUrl,
        ])
    {
        WorkingDirectory = packageFolder,
        IsSecondary = true,
        Environment = new Dictionary<string, string?>
        {
            ["ASPIRE_CLI_TELEMETRY_OPTOUT"] = "1",
            // It unpacks the dashboard and writes its logs there; ~/.aspire is for whoever installed Aspire.
            ["ASPIRE_HOME"] = Path.Combine(cache.Root, "aspire"),
            ["ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL"] = $"http://127.0.0.1:{options.ResourceServicePort}",
            ["DASHBOARD__RESOURCESERVICECLIENT__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__RESOURCESERVICECLIENT__APIKEY"] = options.ResourceServiceApiKey,
            ["DASHBOARD__FRONTEND__AUTHMODE"] = "BrowserToken",
            ["DASHBOARD__FRONTEND__BROWSERTOKEN"] = options.BrowserToken,
            ["DASHBOARD__OTLP__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__OTLP__PRIMARYAPIKEY"] = options.OtlpApiKey,
            // For `aspire otel logs|traces|spans --dashboard-url <login URL>` in a terminal.
            ["DASHBOARD__API__ENABLED"] = "true",
            ["DASHBOARD__API__AUTHMODE"] = "ApiKey",
            ["DASHBOARD__API__PRIMARYAPIKEY"] = options.BrowserToken,
            // Ours may say "listen on 5000" or "log as Debug"; neither is meant for the dashboard.
            ["ASPNETCORE_URLS"] = null,
            ["ASPNETCORE_ENVIRONMENT"] = null,
            ["DOTNET_ENVIRONMENT"] = null,
        },
    };
}
