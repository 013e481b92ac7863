namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>The recommended labels of Kubernetes.</summary>
internal static class Labels
{
    public const string Name = "app.kubernetes.io/name";
    public const string Version = "app.kubernetes.io/version";

    /// <summary>Which of several releases of a workload a pod runs; a rollout beside the stable one has a track of its own.</summary>
    public const string Track = "track";

    public const string Stable = "stable";
    private const string PartOf = "app.kubernetes.io/part-of";
    private const string ManagedBy = "app.kubernetes.io/managed-by";
    private const string Manager = "kustomize";

    /// <summary>What finds the pods of a workload. A selector can't be changed later, so it holds only the name.</summary>
    public static Dictionary<string, string> Selector(Workload workload) => Selector(workload.Name);

    public static Dictionary<string, string> Selector(string name) => new() { [Name] = name };

    public static Dictionary<string, string> Of(Workload workload, PublishTarget target) => Of(workload.Name, target);

    public static Dictionary<string, string> Of(string name, PublishTarget target) => new()
    {
        [Name] = name,
        [PartOf] = target.Namespace,
        [ManagedBy] = Manager,
    };

    /// <summary>With the release: of what runs images, because only there the operator's own is put in.</summary>
    public static Dictionary<string, string> OfRelease(Workload workload, PublishTarget target) => new(Of(workload, target))
    {
        [Version] = workload.Image.Tag,
        [Track] = Stable,
    };

    public static Dictionary<string, string> Of(PublishTarget target) => new()
    {
        [Name] = target.Namespace,
        [PartOf] = target.Namespace,
        [ManagedBy] = Manager,
    };
}
