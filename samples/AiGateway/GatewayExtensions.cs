using CloudNative.AiGateway.Traffic;
using Microsoft.Extensions.Options;

namespace CloudNative.AiGateway;

internal static class GatewayExtensions
{
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

        builder.Services.AddSingleton(services =>
            new TrafficGenerator(services.GetRequiredService<IOptions<GatewayOptions>>().Value.PeakRequestsPerSecond));
        builder.Services.AddHostedService<Gateway>();
    }
}
