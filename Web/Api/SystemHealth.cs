namespace CloudNative.Web.Api;

/// <summary>The health of the whole system as the API sees it.</summary>
public sealed record SystemHealth(string Status, DateTimeOffset CheckedAt, IReadOnlyList<ComponentHealth> Components);

/// <summary>One part's health.</summary>
/// <param name="Name">E.g. <c>postgres</c>.</param>
/// <param name="Status"><c>Healthy</c>, <c>Degraded</c> or <c>Unhealthy</c>.</param>
/// <param name="Description">What is wrong; null when nothing is.</param>
/// <param name="DurationMs">How long the check took, in milliseconds.</param>
public sealed record ComponentHealth(string Name, string Status, string? Description, double DurationMs);
