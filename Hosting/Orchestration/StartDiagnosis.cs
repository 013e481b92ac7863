using System.Text;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>Says which resources are not as they should be, why, and what they wrote last.</summary>
internal sealed class StartDiagnosis(ResourceNotificationService notifications, ResourceLoggerService loggers)
{
    private const int LastLines = 12;

    public string Describe(string problem)
    {
        var text = new StringBuilder(problem);
        foreach (var resource in notifications.Current().Where(e => !IsFine(e.Snapshot)).OrderBy(e => e.ResourceId, StringComparer.Ordinal))
        {
            text.AppendLine().Append("  ").Append(resource.ResourceId).Append(": ").Append(Explain(resource.Snapshot));
            foreach (var line in loggers.LastLines(resource.ResourceId, LastLines))
                text.AppendLine().Append("    | ").Append(line);
        }

        return text.ToString();
    }

    /// <summary>The state of a resource, with its exit code, what it waits for and what its health checks say.</summary>
    public static string Explain(CustomResourceSnapshot snapshot)
    {
        var text = new StringBuilder(snapshot.State?.Text ?? "unknown");
        if (snapshot.ExitCode is { } code)
            text.Append(" with exit code ").Append(code);
        if (snapshot.Properties.FirstOrDefault(p => p.Name == KnownProperties.WaitingFor)?.Value is string { Length: > 0 } waiting)
            text.Append(", waits for ").Append(waiting);
        if (snapshot.State?.Text == KnownResourceStates.Running)
        {
            foreach (var report in snapshot.HealthReports.Where(r => r.Status != HealthStatus.Healthy))
                text.Append(", ").Append(report.Name).Append(' ').Append(report.Status?.ToString() ?? "has not answered")
                    .Append(report.Description is null ? "" : $" ({report.Description})");
        }

        return text.ToString();
    }

    private static bool IsFine(CustomResourceSnapshot snapshot) =>
        snapshot.HealthStatus == HealthStatus.Healthy
        || snapshot.State?.Text == KnownResourceStates.Finished
        || snapshot.State?.Text == KnownResourceStates.Active;
}
