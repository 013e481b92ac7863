using System.Diagnostics;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting.Output;

/// <summary>Tells on the console how the start goes: a line for each resource that is there, why the others are not, and a summary.</summary>
internal sealed class StartReport(
    DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService loggers, ConsoleLog console)
    : BackgroundService
{
    // After this long the lines of the resources may tell what takes so long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private const int LastLines = 20;

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly HashSet<string> _there = [];
    private readonly HashSet<string> _failed = [];
    private bool _complete;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        console.Follow();
        _ = GoLiveLaterAsync(stoppingToken);
        try
        {
            await foreach (var change in notifications.WatchAsync(stoppingToken))
                Report(change);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application stops.
        }
    }

    private async Task GoLiveLaterAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(Patience, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        console.GoLive();
    }

    private void Report(ResourceEvent change)
    {
        var state = change.Snapshot.State?.Text ?? "";
        if (IsThere(change))
            ReportPresence(change);
        else if (state == KnownResourceStates.FailedToStart || (state == KnownResourceStates.Exited && change.Snapshot.State?.Style is not null))
            ReportFailure(change);
        else if (_there.Remove(change.ResourceId) && state == KnownResourceStates.Running)
            console.Write(change.Resource, StartDiagnosis.Explain(change.Snapshot));
        SummarizeWhenComplete();
    }

    private bool IsThere(ResourceEvent change) => change.Snapshot.State?.Text == KnownResourceStates.Finished
        || (change.Snapshot.HealthStatus == HealthStatus.Healthy && !WaitGraph.RunsOnce(change.Resource, model));

    private void ReportPresence(ResourceEvent change)
    {
        _failed.Remove(change.ResourceId);
        if (!_there.Add(change.ResourceId) || change.Resource is ParameterResource)
            return;
        var state = change.Snapshot.State?.Text == KnownResourceStates.Finished ? "finished" : "healthy";
        console.Write(change.Resource, $"{state} {Seconds()} {Address(change.Snapshot)}".TrimEnd());
    }

    private void ReportFailure(ResourceEvent change)
    {
        _there.Remove(change.ResourceId);
        if (!_failed.Add(change.ResourceId))
            return;
        console.Write(change.Resource, StartDiagnosis.Explain(change.Snapshot));
        if (!_complete)
        {
            foreach (var line in loggers.LastLines(change.ResourceId, LastLines))
                console.Write(change.Resource, line);
        }

        foreach (var waiting in notifications.Current().Where(e => IsHeldBackBy(e, change.Resource)))
            console.Write(waiting.Resource, $"can't start before {change.Resource.Name} is started again and {Goal(waiting.Resource, change.Resource)}");
    }

    private static bool IsHeldBackBy(ResourceEvent waiting, IResource failed) =>
        waiting.Snapshot.State?.Text == KnownResourceStates.Waiting && WaitGraph.DependsOn(waiting.Resource, failed);

    private static string Goal(IResource waiting, IResource failed) =>
        WaitGraph.Waits(waiting).Any(w => w.Resource == failed && w.WaitType == WaitType.WaitForCompletion) ? "finished" : "healthy";

    private void SummarizeWhenComplete()
    {
        if (_complete || !model.Resources.SelectMany(r => r.Instances()).Where(MustBeThere).All(i => _there.Contains(i.Id)))
            return;
        _complete = true;
        console.Write($"{Environment.NewLine}Everything is healthy after {Seconds()}.");
        foreach (var resource in notifications.Current().Where(e => e.Resource is ProjectResource && e.Snapshot.Urls.Length > 0))
            console.Write($"  {resource.Resource.Name.PadRight(console.Width)}  {Address(resource.Snapshot)}");
        foreach (var parameter in model.Resources.OfType<ParameterResource>().Where(p => !p.Secret))
            console.Write($"  {parameter.Name.PadRight(console.Width)}  {parameter.Value}");
        console.Write($"Ctrl+C stops it.{Environment.NewLine}");
        console.GoLive();
    }

    private static bool MustBeThere(ResourceInstance instance) => !instance.Resource.HasAnnotationOfType<ExplicitStartupAnnotation>();

    private string Seconds() => string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_started).TotalSeconds:0.0} s");

    private static string Address(CustomResourceSnapshot snapshot) => string.Join("  ", snapshot.Urls.Where(u => !u.IsInternal)
        .OrderByDescending(u => u.DisplayProperties.SortOrder).Select(u => u.Url));
}
