using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;

namespace Aspire.Hosting.Orchestration;

/// <summary>Makes the runner of a process, and makes the process known as not started.</summary>
internal sealed class ResourceRunnerFactory(
    DependencyWaiter waiter,
    ProcessLauncher launcher,
    HealthMonitor health,
    ResourceNotificationService notifications,
    ResourceLoggerService loggers,
    TimeProvider clock)
{
    public async Task<ResourceRunner> CreateAsync(ResourceInstance instance)
    {
        await notifications.PublishUpdateAsync(
            instance.Resource, instance.Id, s => s with { CreationTimeStamp = clock.GetUtcNow().UtcDateTime });
        return new ResourceRunner(instance, waiter, launcher, health, notifications, loggers);
    }
}
