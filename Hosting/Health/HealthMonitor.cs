using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.Health;

/// <summary>Asks a running process for its health: often until it is healthy, because others wait for that, then now and then.</summary>
internal sealed class HealthMonitor(
    ResourceNotificationService notifications, IOptions<HealthCheckServiceOptions> registered, TimeProvider clock, IServiceProvider services)
{
    private static readonly TimeSpan IntervalBeforeHealthy = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan IntervalWhenHealthy = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IntervalWhenUnhealthy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Goes on until it is cancelled.</summary>
    public async Task WatchAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var checks = instance.Resource.Annotations.OfType<HealthCheckAnnotation>().ToList();
        var wasHealthy = false;
        try
        {
            while (checks.Count > 0)
            {
                var reports = await Task.WhenAll(checks.Select(c => CheckAsync(c, instance, cancellationToken)));
                cancellationToken.ThrowIfCancellationRequested();
                await PublishAsync(instance, [.. reports]);
                var healthy = reports.All(r => r.Status == HealthStatus.Healthy);
                wasHealthy |= healthy;
                await Task.Delay(
                    healthy ? IntervalWhenHealthy : wasHealthy ? IntervalWhenUnhealthy : IntervalBeforeHealthy, clock, cancellationToken);
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process ended, and with it the questions.
        }
    }

    private async Task<HealthReportSnapshot> CheckAsync(HealthCheckAnnotation check, ResourceInstance instance, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(CheckTimeout);
        HealthCheckResult result;
        try
        {
            result = check is ProbeAnnotation probe
                ? await probe.CheckAsync(instance, timeout.Token)
                : await CheckRegisteredAsync(check.Key, timeout.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            result = HealthCheckResult.Unhealthy($"no answer within {CheckTimeout.TotalSeconds:0} s");
        }
        catch (Exception e)
        {
            result = HealthCheckResult.Unhealthy(e.Message, e);
        }

        return new HealthReportSnapshot(check.Key, result.Status, result.Description, result.Exception?.ToString())
        {
            LastRunAt = clock.GetUtcNow().UtcDateTime,
        };
    }

    private Task<HealthCheckResult> CheckRegisteredAsync(string key, CancellationToken cancellationToken)
    {
        var registration = registered.Value.Registrations.FirstOrDefault(r => r.Name == key)
            ?? throw new DistributedApplicationException($"No health check '{key}' is registered: builder.Services.AddHealthChecks().AddCheck(\"{key}\", …)");
        return registration.Factory(services).CheckHealthAsync(new HealthCheckContext { Registration = registration }, cancellationToken);
    }

    private Task PublishAsync(ResourceInstance instance, ImmutableArray<HealthReportSnapshot> reports)
    {
        // Whoever watches hears of changes only.
        if (notifications.TryGetCurrentState(instance.Id, out var known)
            && known.Snapshot.HealthReports.Select(r => (r.Name, r.Status, r.Description))
                .SequenceEqual(reports.Select(r => (r.Name, r.Status, r.Description))))
            return Task.CompletedTask;
        return notifications.PublishUpdateAsync(instance.Resource, instance.Id, s => s with { HealthReports = reports });
    }
}
