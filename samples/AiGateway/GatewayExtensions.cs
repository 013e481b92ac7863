using CloudNative.AiGateway.Traffic;
using Microsoft.Extensions.Options;

namespace CloudNative.AiGateway;

internal static class GatewayExtensions
{
    /// <summary>The API's name in service discovery, unless <c>Api:BaseAddress</c> says another.</summary>
    private static readonly Uri Api = new("https+http://api");

    /// <summary>Waits about 25 minutes for an API that is not there yet.</summary>
    private const int ApiRetries = 100;

    public static void AddGateway(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<GatewayOptions>()
            .BindConfiguration(GatewayOptions.Section)
            .Validate(
                gateway => gateway.PeakRequestsPerSecond is > 0 and <= GatewayOptions.MaxRequestsPerSecond,
                $"Gateway:PeakRequestsPerSecond must be more than 0 and at most {GatewayOptions.MaxRequestsPerSecond}.")
            .Validate(
                gateway => gateway.HistoryDays is >= 0 and <= GatewayOptions.MaxHistoryDays,
                $"Gateway:HistoryDays must be between 0 and {GatewayOptions.MaxHistoryDays}.")
            .ValidateOnStart();

        builder.Services.AddMeteringClient(api =>
        {
            api.BaseAddress = Api;
            api.MaxRetries = ApiRetries;
            builder.Configuration.GetSection("Api").Bind(api);
        });
        builder.Services.AddUsageReporter();
        builder.Services.AddSingleton(services =>
            new TrafficGenerator(services.GetRequiredService<IOptions<GatewayOptions>>().Value.PeakRequestsPerSecond));
        builder.Services.AddHostedService<Gateway>();
    }
}
