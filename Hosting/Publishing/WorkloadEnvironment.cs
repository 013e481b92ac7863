using System.Globalization;

namespace Aspire.Hosting.Publishing;

/// <summary>The variables that every project gets, in a cluster as in a run; what the model sets wins.</summary>
internal static class WorkloadEnvironment
{
    private const string PodName = "POD_NAME";

    public static void AddTo(Dictionary<string, object> variables, string name, IReadOnlyList<WorkloadPort> ports)
    {
        variables.TryAdd("OTEL_SERVICE_NAME", name);
        variables.TryAdd(PodName, new PublishedValue.FromPod("metadata.name"));
        variables.TryAdd("OTEL_RESOURCE_ATTRIBUTES", new PublishedValue.Expanded($"service.instance.id=$({PodName})"));
        // The only folder that can be written to: what .NET keeps for a user (keys, caches) goes there.
        variables.TryAdd("HOME", "/tmp");
        var urls = ports.Where(port => port.Scheme == "http").Select(port => string.Create(CultureInfo.InvariantCulture, $"http://+:{port.Number}"));
        if (ports.Count > 0)
            variables.TryAdd("ASPNETCORE_URLS", string.Join(';', urls));
    }
}
