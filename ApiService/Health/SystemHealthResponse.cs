using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudNative.ApiService.Health;

/// <summary>How the whole system is.</summary>
/// <param name="Status">The worst of the components: <c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</param>
/// <param name="CheckedAt">When the components were asked, UTC.</param>
/// <param name="Components">One entry a component, always in the same order.</param>
public sealed record SystemHealthResponse(HealthStatus Status, DateTimeOffset CheckedAt, IReadOnlyList<ComponentHealth> Components);

/// <summary>How one component is.</summary>
/// <param name="Name"><c>api</c>, <c>ingest</c>, <c>postgres</c>, <c>redis</c>, <c>kafka</c>, <c>ledger</c> (whether the books agree with what is stored, and nothing acknowledged is missing in them) or <c>backfills</c> (whether meters go on counting what was stored before them).</param>
/// <param name="Status"><c>Healthy</c>, <c>Degraded</c> (the system works, worse) or <c>Unhealthy</c>.</param>
/// <param name="Description">What is wrong; absent when nothing is.</param>
/// <param name="DurationMs">Milliseconds until it answered; about 1000 when it didn't.</param>
public sealed record ComponentHealth(string Name, HealthStatus Status, string? Description, double DurationMs);
