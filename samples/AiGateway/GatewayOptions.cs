namespace CloudNative.AiGateway;

/// <summary>How much the gateway has to do; section <c>Gateway</c>.</summary>
internal sealed class GatewayOptions
{
    public const string Section = "Gateway";
    public const double MaxRequestsPerSecond = 100;
    public const int MaxHistoryDays = 31;

    /// <summary>Requests a second at the busiest time of a weekday, each of three events; more than 0, at most 100. Default 2.</summary>
    public double PeakRequestsPerSecond { get; set; } = 2;

    /// <summary>Days of usage before the first start, in hourly totals (48 events an hour); 0 to 31, default 7.</summary>
    public int HistoryDays { get; set; } = 7;
}
