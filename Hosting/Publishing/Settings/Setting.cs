using Aspire.Hosting.Publishing.Kustomize;

namespace Aspire.Hosting.Publishing.Settings;

/// <summary>A value that whoever operates the cluster sets, once, in <c>settings/settings.env</c>.</summary>
/// <param name="Name">Lower case with hyphens.</param>
/// <param name="Value">What holds until it is set.</param>
/// <param name="Meaning">One line for the file.</param>
/// <param name="Targets">
/// Where it goes. Never into the data of a workload's ConfigMap: the checksum that replaces the pods is written when the manifests
/// are, so such a change would reach no pod. Set the pod template's <c>env</c> instead.
/// </param>
internal sealed record Setting(string Name, string Value, string Meaning, IReadOnlyList<ReplacementTarget> Targets)
{
    /// <summary>One setting for each name: several parts of the output may need the same value.</summary>
    public static IReadOnlyList<Setting> Merge(IEnumerable<Setting> settings) => [.. settings
        .GroupBy(setting => setting.Name)
        .Select(same => same.First() with { Targets = [.. same.SelectMany(setting => setting.Targets)] })];
}
