using Aspire.Hosting.Publishing;
using k8s;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>Reads manifests strictly: a field or a kind that is unknown or misspelt fails.</summary>
internal static class ManifestDocuments
{
    // KubernetesClient knows the built-in kinds; the custom ones are the records that the publisher writes them from.
    private static readonly Dictionary<string, Type> CustomKinds = typeof(ManifestPublisher).Assembly.GetTypes()
        .Where(type => type.Namespace == "Aspire.Hosting.Publishing.Manifests.Custom" && type.GetProperty("ApiVersion") is not null)
        .ToDictionary(type => $"{DefaultOf(type, "ApiVersion")}/{DefaultOf(type, "Kind")}");

    public static IReadOnlyList<object> Read(string yaml) => KubernetesYaml.LoadAllFromString(yaml, CustomKinds, strict: true);

    private static object? DefaultOf(Type type, string property) => type.GetProperty(property)!.GetValue(Activator.CreateInstance(type));
}
