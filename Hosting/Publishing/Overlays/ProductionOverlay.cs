namespace Aspire.Hosting.Publishing.Overlays;

/// <summary>Three replicas, spread over zones; data servers are run by operators.</summary>
internal static class ProductionOverlay
{
    public static Overlay Create() => new("production", ["operators", "keda", "tls", "otel", "backup"]);
}
