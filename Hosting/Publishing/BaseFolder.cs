using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests;

namespace Aspire.Hosting.Publishing;

/// <summary>The manifests of the workloads themselves, one folder each.</summary>
internal static class BaseFolder
{
    public const string Name = "base";

    public static IReadOnlyList<PublishedFile> Create(PublishedSystem system)
    {
        List<PublishedFile> files = [PublishedFile.Yaml("namespace.yaml", NamespaceManifest.Create(system.Target))];
        foreach (var workload in system.Workloads)
            files.AddRange(Documents(workload, system).Select(document => PublishedFile.Yaml($"{workload.Name}/{document.Kind}.yaml", document.Body)));

        return
        [
            .. files,
            PublishedFile.Yaml(Kustomization.File, new Kustomization
            {
                Namespace = system.Target.Namespace,
                Resources = [.. files.Select(file => file.Path)],
            }),
        ];
    }

    private static IEnumerable<(string Kind, object Body)> Documents(Workload workload, PublishedSystem system)
    {
        var target = system.Target;
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
}
