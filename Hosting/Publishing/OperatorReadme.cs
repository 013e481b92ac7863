using System.Globalization;
using System.Text;
using Aspire.Hosting.Publishing.Components;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing;

/// <summary>What whoever installs the manifests has to know: the images, the Secrets to make, the commands.</summary>
internal static class OperatorReadme
{
    public static string Write(PublishedSystem system, IReadOnlyList<Component> components)
    {
        var (application, workloads) = (system.Target.Namespace, system.Workloads);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # {application} on Kubernetes

            Generated from the AppHost: change the AppHost, or add an overlay of your own. The next publish writes all of it anew, except what you set in
            [`{SettingsFolder.Name}/{SettingsFolder.ValuesFile}`]({SettingsFolder.Name}/{SettingsFolder.ValuesFile}), the one file with the values to set: release, registry, host names, and so on.

            | folder | holds |
            |---|---|
            | `base/` | what every installation has, one folder for each workload |
            | `components/` | what an overlay may add |
            | `overlays/trial`, `overlays/production` | what is installed |

            It takes kubectl 1.27 or newer, and a cluster of Kubernetes 1.30 or newer whose network enforces policies: everything is closed but the arrows of the model.


            """);
        AppendSecrets(text, application, workloads, components);
        text.Append(OperatorCommands.Write(system)).Append("```\n");
        AppendComponents(text, components);
        return text.Replace("\r\n", "\n").ToString();
    }

    private static void AppendSecrets(StringBuilder text, string application, IReadOnlyList<Workload> workloads, IReadOnlyList<Component> components)
    {
        text.Append("## Secrets\n\n");
        var keys = SecretKeys(workloads);
        if (keys.Count == 0)
        {
            text.Append("None are needed.\n\n");
            return;
        }

        text.Append("Make these before the first install. Optional keys repeat parts of the connection string for programs that want them apart. "
            + "What a component runs or reaches has its lines there, at the end.\n\n");
        text.Append("| Secret | key | needed |\n|---|---|---|\n");
        foreach (var key in keys)
            text.Append(CultureInfo.InvariantCulture, $"| `{key.Secret}` | `{key.Key}` | {(key.IsOptional ? "optional" : "yes")} |\n");
        text.Append(CultureInfo.InvariantCulture, $"\n```sh\nkubectl create namespace {application} --dry-run=client -o yaml | kubectl apply -f -\n");
        foreach (var secret in keys.Where(key => !key.IsOptional && !IsMadeFor(key.Secret, components)).GroupBy(key => key.Secret))
        {
            foreach (var key in secret.Where(key => key.Key == ValueWriter.ParameterKey))
                text.Append(CultureInfo.InvariantCulture, $"{VariableName(key)}=$(openssl rand -hex 32)   # or what you were given\n");
            text.Append(CultureInfo.InvariantCulture, $"kubectl -n {application} create secret generic {secret.Key}");
            foreach (var key in secret)
                text.Append(CultureInfo.InvariantCulture, $" --from-literal={key.Key}=\"${VariableName(key)}\"");
            text.Append('\n');
        }

        text.Append("```\n\n");
    }

    private static void AppendComponents(StringBuilder text, IReadOnlyList<Component> components)
    {
        text.Append(CultureInfo.InvariantCulture, $"""

            ## Components

            An overlay names the components that it adds, in this order and before `{SettingsFolder.Name}`. For another choice copy an overlay's folder, and change the copy.

            """);
        foreach (var component in components)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n### {component.Name}\n\n{component.Purpose}");
            if (component.Excludes.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $" Not together with {string.Join(" or ", component.Excludes.Select(other => $"`{other}`"))}.");
            if (component.Requires.Count > 0)
                text.Append(CultureInfo.InvariantCulture, $" Only with {string.Join(" and ", component.Requires.Select(other => $"`{other}`"))}.");
            text.Append('\n');
            if (component.Instructions.Length > 0)
                text.Append('\n').Append(component.Instructions);
        }
    }

    private static List<PublishedValue.FromSecret> SecretKeys(IReadOnlyList<Workload> workloads) => [.. workloads
        .SelectMany(workload => workload.Environment)
        .Select(variable => variable.Value)
        .OfType<PublishedValue.FromSecret>()
        .GroupBy(key => (key.Secret, key.Key))
        .Select(uses => uses.First() with { IsOptional = uses.All(use => use.IsOptional) })
        .OrderBy(key => key.Secret, StringComparer.Ordinal).ThenBy(key => key.IsOptional).ThenBy(key => key.Key, StringComparer.Ordinal)];

    private static bool IsMadeFor(string secret, IReadOnlyList<Component> components) =>
        components.Any(component => component.Instructions.Contains($"create secret generic {secret} ", StringComparison.Ordinal));

    private static string VariableName(PublishedValue.FromSecret key) => SecretCommand.Variable(key.Secret, key.Key);
}
