using Aspire.Hosting.Publishing.Manifests;
using k8s;

namespace Aspire.Hosting.Publishing;

/// <summary>The manifests by path relative to the output folder. The same model gives the same bytes.</summary>
internal static class KustomizeTree
{
    public const string BaseFolder = "base";
    public const string KustomizationFile = "kustomization.yaml";
    private const string NamespaceFile = "namespace.yaml";

    public static IReadOnlyList<(string Path, string Text)> Create(PublishTarget target, IReadOnlyList<Workload> workloads)
    {
        List<(string Path, string Text)> files = [(NamespaceFile, Yaml(NamespaceManifest.Create(target)))];
        foreach (var workload in workloads)
            files.AddRange(Documents(workload, target).Select(document => ($"{workload.Name}/{document.Kind}.yaml", Yaml(document.Body))));

        var kustomization = new Kustomization
        {
            Namespace = target.Namespace,
            Resources = [.. files.Select(file => file.Path)],
            Images = [.. workloads.Select(workload => new KustomizationImage
            {
                Name = workload.Image, NewName = workload.Image, NewTag = workload.ImageTag,
            }).Distinct()],
        };
        files.Add((KustomizationFile, Yaml(kustomization)));
        return
        [
            (KustomizationFile, Yaml(new Kustomization { Resources = [BaseFolder] })),
            .. files.Select(file => ($"{BaseFolder}/{file.Path}", file.Text)),
        ];
    }

    private static IEnumerable<(string Kind, object Body)> Documents(Workload workload, PublishTarget target)
    {
        yield return ("serviceaccount", ServiceAccountManifest.Create(workload, target));
        yield return ("configmap", ConfigMapManifest.Create(workload, target));
        if (workload.Kind == WorkloadKind.RunOnce)
        {
            yield return ("job", JobManifest.Create(workload, target));
            yield break;
        }

        yield return ("deployment", DeploymentManifest.Create(workload, target));
        if (workload.Ports.Count > 0)
            yield return ("service", ServiceManifest.Create(workload, target));
    }

    private static string Yaml(object document) => KubernetesYaml.Serialize(document).ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
}
