using k8s.Models;

namespace Aspire.Hosting.Publishing.Components.Operators;

/// <summary>What a pod of an operator's server gets: as much memory as it may have, and processors beyond that when they are free.</summary>
internal static class ServerResources
{
    public static V1ResourceRequirements Of(string cpu, string memory) => new()
    {
        Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(cpu), ["memory"] = new(memory) },
        Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new(memory) },
    };
}
