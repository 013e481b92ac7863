using System.Text;
using System.Text.RegularExpressions;
using CloudNative.Hosting.Tests.Publishing;
using CloudNative.Tests;
using YamlDotNet.RepresentationModel;

namespace CloudNative.Hosting.Tests.Deploy;

/// <summary>Rules, dashboards and the alertmanager's example, asked of the programs that will read them.</summary>
public sealed partial class MonitoringTests
{
    private const string Runbook = "docs/runbook.md";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rules_Check_Succeeds() =>
        Assert.Contains("SUCCESS", await OperatorTools.PromtoolAsync(Cancellation, "check", "rules", MonitoringFiles.Rules), StringComparison.Ordinal);

    [Fact]
    public async Task Rules_Cases_RaiseWhatTheySay() =>
        Assert.Contains("SUCCESS", await OperatorTools.PromtoolAsync(Cancellation, "test", "rules", MonitoringFiles.RuleCases), StringComparison.Ordinal);

    [Fact]
    public void Rules_EveryAlert_HasACaseThatRaisesIt()
    {
        var raised = Cases()
            .SelectMany(test => ((YamlSequenceNode)test["promql_expr_test"]).Cast<YamlMappingNode>())
            .SelectMany(check => (YamlSequenceNode)check["exp_samples"])
            .Select(sample => AlertName().Match((string)sample["labels"]!).Groups["name"].Value);

        Assert.Equal(Alerts().Order(StringComparer.Ordinal), raised.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Rules_TheSilentCase_HasAllThatTheRulesRead()
    {
        var silent = Cases().Single(test => (string)test["name"]! == "healthy");
        var series = ((YamlSequenceNode)silent["input_series"]).Select(line => SeriesName().Match((string)line["series"]!).Value).ToHashSet(StringComparer.Ordinal);
        var records = MonitoringFiles.ReadRules().Select(rule => rule.Record);

        var read = MonitoringFiles.ReadRules().SelectMany(rule => MonitoringFiles.MetricsOf(rule.Expression)).Select(metric => metric.Name).Distinct().Except(records);

        Assert.Empty(read.Except(series));
    }

    [Fact]
    public void Rules_EveryAlert_IsExplainedInTheRunbook()
    {
        var headings = MonitoringFiles.Read(Runbook).Split('\n').Where(line => line.StartsWith('#')).Select(Anchor).ToList();

        Assert.All(MonitoringFiles.ReadRules().Where(rule => rule.Alert is not null), rule =>
        {
            Assert.Equal($"{Runbook}#{rule.Alert!.ToLowerInvariant()}", rule.Runbook);
            Assert.Contains(rule.Runbook[(Runbook.Length + 1)..], headings);
        });
    }

    /// <summary>The runbook's line for the Prometheus operator, run as it is written but for its end.</summary>
    [Fact]
    public async Task Runbook_LineOfThePrometheusRule_MakesOneThatTheApiServerTakes()
    {
        var line = MonitoringFiles.Read(Runbook).Split('\n').Single(line => line.Contains("kind: PrometheusRule", StringComparison.Ordinal)).Split(" | kubectl apply")[0];

        var file = Path.ChangeExtension(Path.GetTempFileName(), "yaml");
        await File.WriteAllTextAsync(file, await OperatorTools.RunAsync("bash", "it runs the line", ["-c", line], Cancellation), Cancellation);

        Assert.Contains("OK", await ClusterTools.ValidateAsync([file], Cancellation), StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Dashboards_EveryExpression_IsPromQl()
    {
        var queries = MonitoringFiles.ReadQueries();
        var rules = new StringBuilder("groups:\n- name: dashboards\n  rules:\n");
        // The same line in two dashboards is one rule only: promtool reports duplicates.
        foreach (var (query, number) in queries.Select((query, number) => (query, number)))
            rules.Append("  - record: panel:").Append(number).Append("\n    expr: '").Append(query.Expression.Replace("'", "''", StringComparison.Ordinal)).Append("'\n");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, rules.ToString(), Cancellation);

        var verdict = await OperatorTools.PromtoolAsync(Cancellation, "check", "rules", file);

        Assert.Contains($"SUCCESS: {queries.Count} rules found", verdict, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public void Dashboards_RecordedExpressions_AreOnesOfTheRules()
    {
        var records = MonitoringFiles.ReadRules().Select(rule => rule.Record);

        var used = MonitoringFiles.ReadQueries().SelectMany(query => MonitoringFiles.MetricsOf(query.Expression)).Select(metric => metric.Name).Where(name => name.Contains(':', StringComparison.Ordinal));

        Assert.NotEmpty(used);
        Assert.Empty(used.Except(records));
    }

    [Fact]
    public async Task Alertmanager_Example_IsAccepted() => Assert.Contains(
        "SUCCESS", await OperatorTools.AmtoolAsync(Cancellation, "check-config", "deploy/alertmanager/alertmanager.yaml"), StringComparison.Ordinal);

    [Fact]
    public void Alertmanager_AlertsNamed_Exist()
    {
        var named = NamedAlerts().Matches(MonitoringFiles.Read("deploy/alertmanager/alertmanager.yaml")).SelectMany(match => match.Groups["names"].Value.Split('|'));

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(Alerts()));
    }

    private static IEnumerable<string> Alerts() => MonitoringFiles.ReadRules().Select(rule => rule.Alert).OfType<string>();

    private static IEnumerable<YamlMappingNode> Cases()
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(MonitoringFiles.Read(MonitoringFiles.RuleCases)));
        return ((YamlSequenceNode)yaml.Documents[0].RootNode["tests"]).Cast<YamlMappingNode>();
    }

    // As the pages that show Markdown make them.
    private static string Anchor(string heading) => NoAnchor().Replace(heading.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex("alertname=\"(?<name>\\w+)\"")]
    private static partial Regex AlertName();

    [GeneratedRegex(@"^[\w:]+")]
    private static partial Regex SeriesName();

    [GeneratedRegex("alertname =~? \"(?<names>[\\w|]+)\"")]
    private static partial Regex NamedAlerts();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
