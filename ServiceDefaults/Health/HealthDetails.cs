using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudNative.ServiceDefaults.Health;

/// <summary>The body of a health endpoint in Development.</summary>
/// <param name="Status"><c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>: the worst of the checks.</param>
/// <param name="DurationMs">Milliseconds all checks took together; they run side by side.</param>
/// <param name="Checks">One entry a check, by name.</param>
internal sealed record HealthDetails(string Status, double DurationMs, IReadOnlyDictionary<string, HealthDetails.Check> Checks)
{
    public sealed record Check(string Status, string? Description, double DurationMs);

    public static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(From(report), context.RequestAborted);

    private static HealthDetails From(HealthReport report) => new(
        report.Status.ToString(),
        report.TotalDuration.TotalMilliseconds,
        report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new Check(
                entry.Value.Status.ToString(),
                entry.Value.Description ?? entry.Value.Exception?.Message,
                entry.Value.Duration.TotalMilliseconds)));
}
