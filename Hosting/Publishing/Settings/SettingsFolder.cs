using System.Text;
using Aspire.Hosting.Publishing.Kustomize;

namespace Aspire.Hosting.Publishing.Settings;

/// <summary>
/// The one file with the values to set, and the kustomize component that brings them to where they belong. It comes last in every
/// overlay, because it replaces values in what the others have added. What an operator has set outlives the next publish.
/// </summary>
internal static class SettingsFolder
{
    public const string Name = "settings";
    public const string ValuesFile = "settings.env";
    private const string ReplacementsFile = "replacements.yaml";
    private const string ConfigMap = "settings";

    /// <param name="kept">What the operator had set before.</param>
    public static IEnumerable<PublishedFile> Create(IReadOnlyList<Setting> settings, IReadOnlyDictionary<string, string> kept)
    {
        yield return new PublishedFile(ValuesFile, WriteValues(settings, kept));
        yield return PublishedFile.Yaml(ReplacementsFile, settings.Where(setting => setting.Targets.Count > 0).Select(Replacement).ToList());
        yield return PublishedFile.Yaml(Kustomization.File, Kustomization.Component() with
        {
            ConfigMapGenerator =
            [
                new ConfigMapGenerator
                {
                    Name = ConfigMap,
                    Envs = [ValuesFile],
                    // Read by the replacements only: it is not sent to the cluster.
                    Options = new GeneratorOptions
                    {
                        DisableNameSuffixHash = true, Annotations = new Dictionary<string, string> { ["config.kubernetes.io/local-config"] = "true" },
                    },
                },
            ],
            Replacements = [new Kustomize.ReplacementsFile { Path = ReplacementsFile }],
        });
    }

    /// <summary>The values in a file of <c>name=value</c> lines.</summary>
    public static IReadOnlyDictionary<string, string> ReadValues(IEnumerable<string> lines) => lines
        .Where(line => !line.StartsWith('#') && line.Contains('=', StringComparison.Ordinal))
        .Select(line => line.Split('=', 2))
        .DistinctBy(pair => pair[0])
        .ToDictionary(pair => pair[0], pair => pair[1]);

    private static string WriteValues(IReadOnlyList<Setting> settings, IReadOnlyDictionary<string, string> kept)
    {
        var text = new StringBuilder("# The values to set. What you set here stays when the manifests are written anew.\n");
        foreach (var setting in settings)
            text.Append('\n').Append("# ").Append(setting.Meaning).Append('\n')
                .Append(setting.Name).Append('=').Append(kept.GetValueOrDefault(setting.Name, setting.Value)).Append('\n');
        return text.ToString();
    }

    private static Replacement Replacement(Setting setting) => new()
    {
        Source = new ReplacementSource { Kind = "ConfigMap", Name = ConfigMap, FieldPath = $"data.{setting.Name}" },
        Targets = setting.Targets,
    };
}
