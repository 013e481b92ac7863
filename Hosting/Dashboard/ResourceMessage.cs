using Aspire.Hosting.ApplicationModel;
using Google.Protobuf.WellKnownTypes;
using Proto = Aspire.Hosting.Dashboard.Contract;

namespace Aspire.Hosting.Dashboard;

/// <summary>A resource's snapshot as the dashboard's wire message.</summary>
internal static class ResourceMessage
{
    /// <param name="resourceEvent">The snapshot and whose it is.</param>
    /// <param name="createdAt">Used when the snapshot has no time of its own: the dashboard can't show a resource without one.</param>
    public static Proto.Resource From(ResourceEvent resourceEvent, DateTimeOffset createdAt)
    {
        var snapshot = resourceEvent.Snapshot;
        var message = new Proto.Resource
        {
            Name = resourceEvent.ResourceId,
            Uid = resourceEvent.ResourceId,
            DisplayName = resourceEvent.Resource.Name,
            ResourceType = snapshot.ResourceType,
            State = snapshot.State?.Text ?? "",
            StateStyle = snapshot.State?.Style ?? "",
            IsHidden = snapshot.IsHidden,
            CreatedAt = ToTimestamp(snapshot.CreationTimeStamp) ?? createdAt.ToTimestamp(),
            StartedAt = ToTimestamp(snapshot.StartTimeStamp),
            StoppedAt = ToTimestamp(snapshot.StopTimeStamp),
        };
        message.Environment.AddRange(snapshot.EnvironmentVariables.Select(ToMessage));
        message.Urls.AddRange(snapshot.Urls.Select(ToMessage));
        message.Volumes.AddRange(snapshot.Volumes.Select(ToMessage));
        message.HealthReports.AddRange(snapshot.HealthReports.Select(ToMessage));
        message.Relationships.AddRange(snapshot.Relationships.Select(ToMessage));
        message.Commands.AddRange(snapshot.Commands.Select(ToMessage));
        message.Properties.AddRange(ResourceProperties.Of(resourceEvent, message.CreatedAt));
        return message;
    }

    private static Proto.EnvironmentVariable ToMessage(EnvironmentVariableSnapshot variable) =>
        new() { Name = variable.Name, Value = variable.Value ?? "", IsFromSpec = variable.IsFromSpec };

    private static Proto.Url ToMessage(UrlSnapshot url) => new()
    {
        EndpointName = url.Name ?? "",
        FullUrl = url.Url,
        IsInternal = url.IsInternal,
        IsInactive = url.IsInactive,
        DisplayProperties = new() { DisplayName = url.DisplayProperties.DisplayName, SortOrder = url.DisplayProperties.SortOrder },
    };

    private static Proto.Volume ToMessage(VolumeSnapshot volume) => new()
    {
        Source = volume.Source ?? "", Target = volume.Target, MountType = volume.MountType, IsReadOnly = volume.IsReadOnly,
    };

    private static Proto.HealthReport ToMessage(HealthReportSnapshot report)
    {
        var message = new Proto.HealthReport
        {
            Key = report.Name,
            Description = report.Description ?? "",
            Exception = report.ExceptionText ?? "",
            LastRunAt = ToTimestamp(report.LastRunAt),
        };
        if (report.Status is { } status)
            message.Status = ToMessage(status);
        return message;
    }

    private static Proto.HealthStatus ToMessage(Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus status) => status switch
    {
        Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy => Proto.HealthStatus.Healthy,
        Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded => Proto.HealthStatus.Degraded,
        _ => Proto.HealthStatus.Unhealthy,
    };

    private static Proto.ResourceRelationship ToMessage(RelationshipSnapshot relationship) =>
        new() { ResourceName = relationship.ResourceName, Type = relationship.Type };

    private static Proto.ResourceCommand ToMessage(ResourceCommandSnapshot command) => new()
    {
        Name = command.Name,
        DisplayName = command.DisplayName,
        DisplayDescription = command.DisplayDescription ?? "",
        ConfirmationMessage = command.ConfirmationMessage ?? "",
        IsHighlighted = command.IsHighlighted,
        IconName = command.IconName ?? "",
        IconVariant = command.IconVariant is IconVariant.Filled ? Proto.IconVariant.Filled : Proto.IconVariant.Regular,
        State = command.State switch
        {
            ResourceCommandState.Enabled => Proto.ResourceCommandState.Enabled,
            ResourceCommandState.Disabled => Proto.ResourceCommandState.Disabled,
            _ => Proto.ResourceCommandState.Hidden,
        },
    };

    private static Timestamp? ToTimestamp(DateTime? time) => time?.ToUniversalTime().ToTimestamp();
}
