using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>The namespace, in which the API server refuses every pod that is not restricted.</summary>
internal static class NamespaceManifest
{
    private const string PodSecurity = "pod-security.kubernetes.io/";
    private const string Level = "restricted";

    public static V1Namespace Create(PublishTarget target)
    {
        var labels = Labels.Of(target);
        labels[PodSecurity + "enforce"] = Level;
        labels[PodSecurity + "audit"] = Level;
        labels[PodSecurity + "warn"] = Level;
        return new V1Namespace
        {
            ApiVersion = "v1",
            Kind = "Namespace",
            Metadata = new V1ObjectMeta { Name = target.Namespace, Labels = labels },
        };
    }
}
