namespace Aspire.Hosting.Projects;

/// <summary>The configuration keys that say where projects send telemetry, set by whoever starts a receiver; the same as Aspire's.</summary>
internal static class TelemetryReceiver
{
    /// <summary>An OTLP/gRPC address; none means that projects export nothing.</summary>
    public const string EndpointKey = "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL";

    public const string ApiKeyKey = "AppHost:OtlpApiKey";
}
