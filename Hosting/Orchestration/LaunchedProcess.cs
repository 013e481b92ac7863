using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Orchestration;

/// <summary>A process that was just started, with what is shown of it.</summary>
internal sealed record LaunchedProcess(
    LocalProcess Process,
    ProcessSpec Spec,
    ImmutableArray<EnvironmentVariableSnapshot> Variables,
    IReadOnlyList<string> Arguments,
    ImmutableArray<UrlSnapshot> Urls,
    IReadOnlyList<ResourcePropertySnapshot> Values)
{
    public CustomResourceSnapshot Describe(CustomResourceSnapshot before) => (before with
    {
        State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
        StartTimeStamp = Process.StartedAt.UtcDateTime,
        EnvironmentVariables = Variables,
        Urls = Urls,
        // Those of an earlier process say nothing about this one.
        HealthReports = [.. before.HealthReports.Select(r => new HealthReportSnapshot(r.Name, null, null, null))],
    })
        .WithProperties(Values)
        .WithProperty(KnownProperties.ExecutablePath, Spec.FileName)
        .WithProperty(KnownProperties.ExecutableWorkingDirectory, Spec.WorkingDirectory)
        // Any of them may be a secret.
        .WithProperties([new ResourcePropertySnapshot(KnownProperties.ExecutableArguments, Arguments) { IsSensitive = true }])
        .WithProperty(KnownProperties.ExecutableProcessId, Process.Id);
}
