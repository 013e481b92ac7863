using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>Where the dashboard listens and the keys of this run. A default port that is taken gives way to a free one.</summary>
internal sealed record DashboardOptions(string ApplicationName, int FrontendPort, int OtlpGrpcPort, int OtlpHttpPort, int ResourceServicePort)
{
    public const int DefaultFrontendPort = 15080;
    public const int DefaultOtlpGrpcPort = 15081;
    public const int DefaultOtlpHttpPort = 15082;
    public const int DefaultResourceServicePort = 15083;

    /// <summary>What the login URL carries; <c>AppHost:BrowserToken</c> fixes it.</summary>
    public string BrowserToken { get; init; } = NewKey();

    /// <summary>What the services send with their telemetry; <c>AppHost:OtlpApiKey</c> fixes it.</summary>
    public string OtlpApiKey { get; init; } = NewKey();

    /// <summary>What the dashboard sends to <see cref="ResourceService"/>.</summary>
    public string ResourceServiceApiKey { get; init; } = NewKey();

    public string FrontendUrl => $"http://localhost:{FrontendPort}";

    public string LoginUrl => $"{FrontendUrl}/login?t={BrowserToken}";

    public string OtlpGrpcUrl => $"http://127.0.0.1:{OtlpGrpcPort}";

    public string OtlpHttpUrl => $"http://127.0.0.1:{OtlpHttpPort}";

    public static DashboardOptions Create(string applicationName, IConfiguration configuration, Func<int, int> freePort) =>
        new(
            configuration["AppHost:DashboardApplicationName"] ?? applicationName,
            freePort(DefaultFrontendPort),
            freePort(DefaultOtlpGrpcPort),
            freePort(DefaultOtlpHttpPort),
            freePort(DefaultResourceServicePort))
        {
            BrowserToken = configuration["AppHost:BrowserToken"] ?? NewKey(),
            OtlpApiKey = configuration["AppHost:OtlpApiKey"] ?? NewKey(),
        };

    private static string NewKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
