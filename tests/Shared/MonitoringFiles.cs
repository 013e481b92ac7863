using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace CloudNative.Tests;

/// <summary>What <c>deploy/</c> asks Prometheus: its rules, and the panels of Grafana's dashboards.</summary>
internal static partial class MonitoringFiles
{
    public const string Rules = "deploy/prometheus/cloudnative.yaml";
    public const string RuleCases = "deploy/prometheus/cloudnative.test.yaml";

    // Grafana fills these in before Prometheus sees an expression.
    private const string Interval = "$__rate_interval";

    private static readonly string[] Keywords = ["and", "or", "unless", "bool", "offset", "by", "without", "on", "ignoring", "group_left", "group_right"];

    public static string Root { get; } = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static IReadOnlyList<MonitoringRule> ReadRules()
    {
        var file = new DeserializerBuilder().Build().Deserialize<Dictionary<string, List<RuleGroup>>>(Read(Rules));
        return [.. file["groups"].SelectMany(group => group.Rules).Select(rule => new MonitoringRule(rule.Alert, rule.Record, rule.Expr, rule.Annotations.GetValueOrDefault("runbook_url", "")))];
    }

    public static IReadOnlyList<DashboardQuery> ReadQueries() =>
    [
        .. from file in Directory.EnumerateFiles(Path.Combine(Root, "deploy", "grafana"), "*.json").Order(StringComparer.Ordinal)
           from panel in JsonDocument.Parse(File.ReadAllText(file)).RootElement.GetProperty("panels").EnumerateArray()
           from target in panel.GetProperty("targets").EnumerateArray()
           select new DashboardQuery(
               Path.GetFileName(file), panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!.Replace(Interval, "5m", StringComparison.Ordinal)),
    ];

    /// <summary>The metrics that an expression reads, each with the labels and jobs that its matchers name.</summary>
    public static IReadOnlyList<MetricUse> MetricsOf(string expression) =>
    [
        .. from Match token in Token().Matches(NotASelector().Replace(expression, " "))
           where token.Groups["name"].Success && !token.Groups["call"].Success && !Keywords.Contains(token.Groups["name"].Value)
           let matchers = Matcher().Matches(token.Groups["matchers"].Value)
           select new MetricUse(
               token.Groups["name"].Value,
               [.. matchers.Select(matcher => matcher.Groups["label"].Value)],
               [.. matchers.Where(matcher => matcher.Groups["label"].Value == "job").SelectMany(matcher => matcher.Groups["value"].Value.Split('|'))]),
    ];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "CloudNative.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException($"No CloudNative.sln above {AppContext.BaseDirectory}");
        return folder.FullName;
    }

    // Ranges, and the label lists of aggregations and of vector matching.
    [GeneratedRegex(@"\[[^\]]*\]|\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)")]
    private static partial Regex NotASelector();

    [GeneratedRegex("""
        "[^"]*"|(?<![\w:.])(?<name>[a-zA-Z_:][\w:]*)(\s*(?<call>\()|\s*\{(?<matchers>[^}]*)\})?
        """)]
    private static partial Regex Token();

    [GeneratedRegex("""(?<label>\w+)\s*(=~|!=|!~|=)\s*"(?<value>[^"]*)["]""")]
    private static partial Regex Matcher();

    private sealed class RuleGroup
    {
        [YamlMember(Alias = "name")]
        public string Name { get; set; } = "";

        [YamlMember(Alias = "rules")]
        public List<Rule> Rules { get; set; } = [];
    }

    private sealed class Rule
    {
        [YamlMember(Alias = "alert")]
        public string? Alert { get; set; }

        [YamlMember(Alias = "record")]
        public string? Record { get; set; }

        [YamlMember(Alias = "expr")]
        public string Expr { get; set; } = "";

        [YamlMember(Alias = "for")]
        public string? For { get; set; }

        [YamlMember(Alias = "labels")]
        public Dictionary<string, string> Labels { get; set; } = [];

        [YamlMember(Alias = "annotations")]
        public Dictionary<string, string> Annotations { get; set; } = [];
    }
}

/// <param name="Alert">Null for a recorded expression.</param>
/// <param name="Record">The name under which it is recorded; null for an alert.</param>
/// <param name="Expression">PromQL.</param>
/// <param name="Runbook">Where the alert is explained.</param>
internal sealed record MonitoringRule(string? Alert, string? Record, string Expression, string Runbook);

/// <summary>One line of a panel.</summary>
internal sealed record DashboardQuery(string File, string Panel, string Expression);

internal sealed record MetricUse(string Name, IReadOnlyList<string> Labels, IReadOnlyList<string> Jobs);
