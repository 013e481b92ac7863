using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Aspire.Hosting.Testing;
using CloudNative.Tests;

namespace CloudNative.EndToEnd.Tests.Telemetry;

/// <summary>An alert on a metric that nobody exports is silent for ever.</summary>
public sealed partial class MonitoredMetricsTests(SystemFixture system)
{
    private static readonly string[] Services = ["api", "ingest", "web"];

    // Prometheus makes these itself.
    private static readonly string[] OfPrometheus = ["up"], LabelsOfPrometheus = ["job", "instance"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_NamedByRulesAndDashboards_AreExported()
    {
        await UseEveryServiceAsync();
        var records = MonitoringFiles.ReadRules().Select(rule => rule.Record).OfType<string>().Concat(OfPrometheus).ToHashSet(StringComparer.Ordinal);
        var uses = MonitoringFiles.ReadRules().Select(rule => rule.Expression)
            .Concat(MonitoringFiles.ReadQueries().Select(query => query.Expression))
            .SelectMany(MonitoringFiles.MetricsOf)
            .Where(use => !records.Contains(use.Name))
            .ToList();
        Assert.True(uses.Count > 30, "The expressions were not read.");

        await Eventually.GetAsync(
            async _ => Missing(uses, await ScrapeAsync()), missing => missing.Length == 0, "all metrics that deploy/ names are exported", TimeSpan.FromSeconds(40));
    }

    /// <summary>Each metric of each job it is asked of, with each label that a matcher names.</summary>
    private static string Missing(IEnumerable<MetricUse> uses, Dictionary<string, HashSet<string>> exported) => string.Join(", ", (
        from use in uses
        from job in use.Jobs.Count > 0 ? use.Jobs : [Services.FirstOrDefault(service => exported[service].Contains(use.Name), "any service")]
        from name in use.Labels.Except(LabelsOfPrometheus).Select(label => $"{use.Name}{{{label}}}").Prepend(use.Name)
        where !exported.TryGetValue(job, out var metrics) || !metrics.Contains(name)
        select $"{name} of {job}").Distinct());

    private async Task UseEveryServiceAsync()
    {
        using var api = system.CreateApiClient();
        using var web = system.App.CreateHttpClient("web");
        using var page = await web.GetAsync(new Uri("/", UriKind.Relative), Cancellation);
        using var accepted = await api.PostAsJsonAsync(
            "/api/v1/events", new { specversion = "1.0", id = Guid.NewGuid(), source = "metrics-test", type = "metered", subject = "acme" }, Cancellation);
        accepted.EnsureSuccessStatusCode();
        using var asked = await api.GetAsync(new Uri("/api/v1/meters", UriKind.Relative), Cancellation);
    }

    private async Task<Dictionary<string, HashSet<string>>> ScrapeAsync()
    {
        var exported = new Dictionary<string, HashSet<string>>(StringComparer.Ordinal);
        foreach (var service in Services)
        {
            using var client = system.App.CreateHttpClient(service);
            var samples = Sample().Matches(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation));
            exported[service] = [.. samples.SelectMany(sample => Label().Matches(sample.Groups["labels"].Value)
                .Select(label => $"{sample.Groups["name"].Value}{{{label.Groups["name"].Value}}}")
                .Prepend(sample.Groups["name"].Value))];
        }

        return exported;
    }

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? ", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("(?<name>\\w+)=\"")]
    private static partial Regex Label();
}
