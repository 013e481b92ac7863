using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>What Pod Security's level <c>restricted</c> asks of every pod, and more: no rights, and nothing to write to but what is mounted.</summary>
internal static class Restricted
{
    public static V1PodSecurityContext Pod(int userId) => new()
    {
        RunAsNonRoot = true,
        RunAsUser = userId,
        RunAsGroup = userId,
        FsGroup = userId,
        SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
    };

    public static V1SecurityContext Container() => new()
    {
        AllowPrivilegeEscalation = false,
        ReadOnlyRootFilesystem = true,
        Capabilities = new V1Capabilities { Drop = ["ALL"] },
    };
}
