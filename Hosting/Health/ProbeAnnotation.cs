using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Health;

/// <summary>A health check that knows how to ask one process of a resource, so that each replica has a health of its own.</summary>
internal abstract class ProbeAnnotation(string key) : HealthCheckAnnotation(key)
{
    public abstract Task<HealthCheckResult> CheckAsync(ResourceInstance instance, CancellationToken cancellationToken);
}
