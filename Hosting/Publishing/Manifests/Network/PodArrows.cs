namespace Aspire.Hosting.Publishing.Manifests.Network;

/// <summary>Whom a pod talks to: its own program, and those that it runs first to see that their work is done.</summary>
internal static class PodArrows
{
    public static WorkloadArrows Of(Workload workload, PublishedSystem system) => system.RunOnce
        .Where(first => workload.WaitsFor.Contains(first.Name))
        .Aggregate(workload.Arrows, (arrows, first) => arrows.With(first.Arrows));

    public static IEnumerable<(Workload Caller, string PortName)> CallersOf(Workload workload, PublishedSystem system) =>
        from caller in system.Workloads
        from call in Of(caller, system).Calls
        where call.Workload == workload.Name
        select (caller, call.PortName);
}
