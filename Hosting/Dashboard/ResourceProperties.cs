using System.Collections;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Google.Protobuf.WellKnownTypes;
using Proto = Aspire.Hosting.Dashboard.Contract;

namespace Aspire.Hosting.Dashboard;

/// <summary>The property list of a resource: what the dashboard reads from it for every resource, then what the snapshot adds.</summary>
internal static class ResourceProperties
{
    // In the order of the details pane.
    private static readonly (string Name, string Label)[] Labelled =
    [
        (KnownProperties.ProjectPath, "Project path"),
        (KnownProperties.ProjectLaunchProfile, "Launch profile"),
        (KnownProperties.ExecutablePath, "Executable path"),
        (KnownProperties.ExecutableWorkingDirectory, "Working directory"),
        (KnownProperties.ExecutableArguments, "Executable arguments"),
        (KnownProperties.ExecutableProcessId, "Process ID"),
    ];

    public static IEnumerable<Proto.ResourceProperty> Of(ResourceEvent resourceEvent, Timestamp createdAt)
    {
        var snapshot = resourceEvent.Snapshot;
        yield return Known("resource.uid", resourceEvent.ResourceId);
        yield return Known("resource.name", resourceEvent.ResourceId);
        yield return Known("resource.type", snapshot.ResourceType);
        yield return Known("resource.displayName", resourceEvent.Resource.Name);
        yield return Known("resource.state", snapshot.State?.Text);
        yield return Known("resource.exitCode", snapshot.ExitCode?.ToString(CultureInfo.InvariantCulture));
        yield return Known("resource.createTime", createdAt.ToDateTime().ToString("O", CultureInfo.InvariantCulture));
        yield return Known("resource.startTime", snapshot.StartTimeStamp?.ToString("O", CultureInfo.InvariantCulture));
        yield return Known("resource.stopTime", snapshot.StopTimeStamp?.ToString("O", CultureInfo.InvariantCulture));
        yield return Known("resource.healthState", snapshot.HealthStatus?.ToString());
        // Shows the resource below its parent in the list.
        if (resourceEvent.Resource is IResourceWithParent { Parent: var parent })
            yield return Known("resource.parentName", parent.Instances()[0].Id);
        var isServer = snapshot.ResourceType is not (KnownResourceTypes.Project or KnownResourceTypes.Executable);
        foreach (var property in snapshot.Properties)
            yield return ToMessage(property, isServer);
    }

    private static Proto.ResourceProperty Known(string name, string? value) => new() { Name = name, Value = ToValue(value), IsSensitive = false };

    private static Proto.ResourceProperty ToMessage(ResourcePropertySnapshot property, bool isServer)
    {
        var message = new Proto.ResourceProperty
        {
            // Under its known name the path would be shown as the source, and "dotnet" says less than "Garnet".
            Name = isServer && property.Name == KnownProperties.ExecutablePath ? "server.path" : property.Name,
            Value = ToValue(property.Value),
            IsSensitive = property.IsSensitive,
        };
        var place = Array.FindIndex(Labelled, labelled => labelled.Name == property.Name);
        if (place >= 0)
        {
            message.IsHighlighted = true;
            message.SortOrder = place;
            message.DisplayName = Labelled[place].Label;
        }

        return message;
    }

    private static Value ToValue(object? value) => value switch
    {
        null => Value.ForNull(),
        string text => Value.ForString(text),
        bool flag => Value.ForBool(flag),
        int or long or double => Value.ForNumber(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        IEnumerable list => Value.ForList([.. list.Cast<object?>().Select(ToValue)]),
        _ => Value.ForString(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };
}
