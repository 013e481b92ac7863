using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Holds the start of a resource back until what it waits for is there.</summary>
internal sealed partial class DependencyWaiter(
    ResourceNotificationService notifications, ResourceLoggerService loggers, LocalRunOptions options)
{
    /// <exception cref="DependencyFailedException">One of them failed, and nobody is there to repair it.</exception>
    public async Task WaitAsync(ResourceInstance instance, CancellationToken cancellationToken)
    {
        var pending = WaitGraph.Waits(instance.Resource).ToList();
        var told = new HashSet<WaitAnnotation>();
        if (pending.Count == 0)
            return;
        await foreach (var change in notifications.WatchAsync(cancellationToken))
        {
            if (!pending.Any(w => w.Resource == change.Resource))
                continue;
            pending.RemoveAll(IsMet);
            if (pending.Count == 0)
                break;
            foreach (var wait in pending.Where(w => w.Resource == change.Resource && Failure(w) is not null))
                Report(instance, wait, told);
            await PublishAsync(instance, pending);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await PublishAsync(instance, pending);
    }

    private bool IsMet(WaitAnnotation wait) => wait.Resource.Instances().All(i => IsMet(wait, Snapshot(i)));

    private static bool IsMet(WaitAnnotation wait, CustomResourceSnapshot? snapshot) => wait.WaitType switch
    {
        WaitType.WaitUntilHealthy => snapshot?.HealthStatus == HealthStatus.Healthy,
        WaitType.WaitUntilStarted => snapshot?.State?.Text == KnownResourceStates.Running,
        _ => IsTerminal(snapshot) && snapshot?.ExitCode == wait.ExitCode,
    };

    private string? Failure(WaitAnnotation wait) => wait.Resource.Instances()
        .Select(i => (i.Id, Snapshot: Snapshot(i)))
        .Where(i => IsTerminal(i.Snapshot) && !IsMet(wait, i.Snapshot))
        .Select(i => $"'{i.Id}' is {StartDiagnosis.Explain(i.Snapshot!)}{Expectation(wait)}")
        .FirstOrDefault();

    private static string Expectation(WaitAnnotation wait) =>
        wait.WaitType == WaitType.WaitForCompletion ? $", exit code {wait.ExitCode} is waited for" : "";

    private void Report(ResourceInstance instance, WaitAnnotation wait, HashSet<WaitAnnotation> told)
    {
        var failure = Failure(wait)!;
        var behavior = wait.WaitBehavior ?? (options.IsAttended ? WaitBehavior.WaitOnResourceUnavailable : WaitBehavior.StopOnResourceUnavailable);
        if (behavior == WaitBehavior.StopOnResourceUnavailable)
            throw new DependencyFailedException($"It can't start, because what it waits for failed: {failure}.");
        if (told.Add(wait))
            LogStillWaiting(loggers.GetLogger(instance.Id), failure);
    }

    private Task PublishAsync(ResourceInstance instance, IReadOnlyList<WaitAnnotation> pending) => notifications.PublishUpdateAsync(
        instance.Resource,
        instance.Id,
        s => s.WithProperty(KnownProperties.WaitingFor, string.Join(", ", pending.Select(Describe).Distinct())));

    private string Describe(WaitAnnotation wait)
    {
        var state = wait.Resource.Instances().Select(Snapshot).FirstOrDefault(s => !IsMet(wait, s))?.State?.Text;
        return $"{wait.Resource.Name} ({state ?? KnownResourceStates.NotStarted})";
    }

    private CustomResourceSnapshot? Snapshot(ResourceInstance instance) =>
        notifications.TryGetCurrentState(instance.Id, out var known) ? known.Snapshot : null;

    private static bool IsTerminal(CustomResourceSnapshot? snapshot) => KnownResourceStates.TerminalStates.Contains(snapshot?.State?.Text ?? "");

    [LoggerMessage(LogLevel.Warning, "Waits on, until it is started again: {Failure}.")]
    private static partial void LogStillWaiting(ILogger logger, string failure);
}
