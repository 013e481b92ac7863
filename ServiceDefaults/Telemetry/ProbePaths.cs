using Microsoft.AspNetCore.Http;

namespace CloudNative.ServiceDefaults.Telemetry;

/// <summary>Paths that machines ask every few seconds: kept out of traces and request metrics.</summary>
internal static class ProbePaths
{
    public const string Alive = "/alive";
    public const string Health = "/health";
    public const string Metrics = "/metrics";

    public static bool Contains(PathString path) =>
        path.Equals(Alive, StringComparison.OrdinalIgnoreCase)
        || path.Equals(Health, StringComparison.OrdinalIgnoreCase)
        || path.Equals(Metrics, StringComparison.OrdinalIgnoreCase);
}
