using System.Text;
using Aspire.Hosting.Publishing.Manifests;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Components.DataServices;

/// <summary>The data servers of the model inside the namespace, one pod each: for trials, and for clusters without operators.</summary>
internal static class DataServicesComponent
{
    public const string Name = "data-services";
    private const string DataVolume = "data";

    public static Component? Create(PublishedSystem system) => system.Servers.Count == 0 ? null : new Component(
        Name, "The data servers inside the namespace, one pod each with a volume of its own, for trials: what is on a lost volume is lost.")
    {
        Resources = [.. system.Servers.SelectMany(server => Files(server, system))],
        Excludes = ["operators", "managed"],
        Instructions = Instructions(system),
    };

    private static IEnumerable<PublishedFile> Files(DataServer server, PublishedSystem system)
    {
        var trial = TrialServer.Of(server);
        yield return File(server, "service", ComponentObjects.Service(server.Name, system.Target, trial.Pod.Ports, isHeadless: true));
        yield return File(server, "statefulset", StatefulSet(server, trial, system.Target));
        yield return File(server, "poddisruptionbudget", ComponentObjects.Budget(server.Name, system.Target));
        yield return File(server, "networkpolicy", ServerPolicies.FromCallers(server, system));
        if (trial.Script is { } script)
            yield return File(server, "configmap", new V1ConfigMap
            {
                ApiVersion = "v1", Kind = "ConfigMap", Metadata = ComponentObjects.Meta(server.Name, system.Target), Data = new Dictionary<string, string> { [TrialServer.ScriptFile] = script },
            });
    }

    private static PublishedFile File(DataServer server, string kind, object document) => PublishedFile.Yaml($"{server.Name}/{kind}.yaml", document);

    private static V1StatefulSet StatefulSet(DataServer server, TrialServer trial, PublishTarget target) => new()
    {
        ApiVersion = "apps/v1",
        Kind = "StatefulSet",
        Metadata = ComponentObjects.Meta(server.Name, target),
        Spec = new V1StatefulSetSpec
        {
            ServiceName = server.Name,
            Replicas = 1,
            Selector = new V1LabelSelector { MatchLabels = Labels.Selector(server.Name) },
            Template = (trial.Pod with
            {
                Server = server.Name,
                Mounts = [.. trial.Pod.Mounts, new V1VolumeMount { Name = DataVolume, MountPath = trial.DataFolder }],
            }).Create(target),
            VolumeClaimTemplates =
            [
                new V1PersistentVolumeClaim
                {
                    ApiVersion = "v1", Kind = "PersistentVolumeClaim", Metadata = new V1ObjectMeta { Name = DataVolume }, Spec = ComponentObjects.Claim(target, "10Gi"),
                },
            ],
        },
    };

    private static string Instructions(PublishedSystem system)
    {
        var text = new StringBuilder("The servers take their passwords from these Secrets; the connection strings name the same passwords:\n\n```sh\n");
        foreach (var server in system.Servers)
            text.Append(TrialServer.Of(server).Secrets(system.Target));
        return text.Append("```\n").ToString();
    }
}
