using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Health;

/// <summary>Asks a server in its own protocol; any exception means that it is not ready.</summary>
internal sealed class ServerProbeAnnotation(string key, Func<CancellationToken, Task> probe) : ProbeAnnotation(key)
{
    public override async Task<HealthCheckResult> CheckAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        await probe(cancellationToken);
        return HealthCheckResult.Healthy();
    }
}
