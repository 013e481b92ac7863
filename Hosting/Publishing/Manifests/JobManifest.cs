using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>A workload that runs to its end once. It is repeated on failure, so it must bear being run twice.</summary>
internal static class JobManifest
{
    private const int Retries = 6;
    private const int SecondsKept = 24 * 60 * 60;

    public static V1Job Create(Workload workload, PublishTarget target) => new()
    {
        ApiVersion = "batch/v1",
        Kind = "Job",
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.Of(workload, target) },
        Spec = new V1JobSpec
        {
            BackoffLimit = Retries,
            TtlSecondsAfterFinished = SecondsKept,
            Template = PodTemplate.Create(workload, target, restartPolicy: "OnFailure"),
        },
    };
}
