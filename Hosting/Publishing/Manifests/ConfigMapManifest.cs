using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>The variables of a workload that are no secret.</summary>
internal static class ConfigMapManifest
{
    public static V1ConfigMap Create(Workload workload, PublishTarget target) => new()
    {
        ApiVersion = "v1",
        Kind = "ConfigMap",
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.Of(workload, target) },
        Data = Values(workload),
    };

    /// <summary>Changes with every value, so that the pods are replaced: a running pod keeps the variables it started with.</summary>
    public static string ChecksumOf(Workload workload) => Checksum.Of(string.Concat(Values(workload).Select(pair => $"{pair.Key}={pair.Value}\n")));

    private static Dictionary<string, string> Values(Workload workload) => workload.Environment
        .Where(variable => variable.Value is PublishedValue.Plain)
        .ToDictionary(variable => variable.Name, variable => ((PublishedValue.Plain)variable.Value).Text);
}
