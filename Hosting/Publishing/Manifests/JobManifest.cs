using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>A workload that runs to its end once. It is repeated on failure, so it must bear being run twice.</summary>
internal static class JobManifest
{
    private const int Retries = 6;
    private const int SecondsKept = 24 * 60 * 60;

    private const int CharactersOfChecksum = 8;
    private const int MaxWorkloadName = 23;

    /// <summary>
    /// A Job can't be changed, only made anew: its name changes with what it runs, so that a new release or another setting is
    /// another Job beside the old one. The release is the last part, where the operator's own is put in.
    /// </summary>
    /// <exception cref="PublishException">Nothing is left for the release in the 63 characters of a name.</exception>
    public static string NameOf(Workload workload, PublishedSystem system) => workload.Name.Length <= MaxWorkloadName
        ? $"{workload.Name}-{Checksum.Of(PublishedFile.ToYaml(Template(workload, system)))[..CharactersOfChecksum]}-{workload.Image.Tag}"
        : throw new PublishException($"The name '{workload.Name}' is too long for what runs once: it has {workload.Name.Length} characters, {MaxWorkloadName} are allowed.");

    public static V1Job Create(Workload workload, PublishedSystem system) => new()
    {
        ApiVersion = "batch/v1",
        Kind = "Job",
        Metadata = new V1ObjectMeta { Name = NameOf(workload, system), Labels = Labels.OfRelease(workload, system.Target) },
        Spec = new V1JobSpec
        {
            BackoffLimit = Retries,
            TtlSecondsAfterFinished = SecondsKept,
            Template = Template(workload, system),
        },
    };

    private static V1PodTemplateSpec Template(Workload workload, PublishedSystem system) => PodTemplate.Create(workload, system, restartPolicy: "OnFailure");
}
