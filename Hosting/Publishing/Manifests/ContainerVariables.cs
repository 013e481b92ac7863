using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>The variables that stand in the pod itself. Those that are known when the manifests are written are in the ConfigMap.</summary>
internal static class ContainerVariables
{
    // A variable is expanded only by those before it, so what the pod knows of itself comes first.
    public static IList<V1EnvVar>? Of(IEnumerable<WorkloadVariable> environment)
    {
        var variables = environment
            .Where(variable => variable.Value is not PublishedValue.Plain)
            .OrderBy(variable => variable.Value is PublishedValue.FromPod ? 0 : 1)
            .Select(Variable)
            .ToList();
        return variables.Count > 0 ? variables : null;
    }

    private static V1EnvVar Variable(WorkloadVariable variable) => variable.Value switch
    {
        PublishedValue.FromPod pod => new()
        {
            Name = variable.Name,
            ValueFrom = new V1EnvVarSource { FieldRef = new V1ObjectFieldSelector { FieldPath = pod.FieldPath } },
        },
        PublishedValue.FromSecret secret => new()
        {
            Name = variable.Name,
            ValueFrom = new V1EnvVarSource
            {
                SecretKeyRef = new V1SecretKeySelector { Name = secret.Secret, Key = secret.Key, Optional = secret.IsOptional ? true : null },
            },
        },
        PublishedValue.FromSetting setting => new() { Name = variable.Name, Value = setting.Text },
        PublishedValue.Expanded expanded => new() { Name = variable.Name, Value = expanded.Text },
        _ => throw new InvalidOperationException($"The variable '{variable.Name}' belongs into the ConfigMap."),
    };
}
