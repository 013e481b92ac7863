using System.Text.Json;
using k8s;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>What the real programs of the Kubernetes project say to every document of every build.</summary>
[Collection(PublishedSystemTests.Name)]
public sealed class ToolTests(PublishedSystemFixture published)
{
    // What kube-score finds critical, and which decision answers it.
    internal static readonly Dictionary<string, string> Answered = new()
    {
        ["ImagePullPolicy is not set to Always"] = "0034: tags are immutable",
        ["The container is running with a low user ID"] = "0035: the user that the image is made for",
        ["The container running with a low group ID"] = "0035: the user that the image is made for",
        ["The NetworkPolicys selector doesn't match any pods"] = "0035: operators make the pods",
        ["kafka/cloudnative apps/v1/StatefulSet: Container has the same readiness and liveness probe"] = "0035: both ask whether it takes connections",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Build_EveryOverlayAndCombination_ReadsStrictly()
    {
        Assert.Superset(new HashSet<string> { "base", "production", "trial" }, published.Builds.Keys.ToHashSet());
        Assert.All(published.Builds.Values, build => Assert.NotEmpty(build.Documents));
    }

    [Fact]
    public async Task Build_EveryDocument_IsWhatTheApiServerTakes()
    {
        var file = Path.Combine(published.Tree.Folder, "documents.yaml");
        await File.WriteAllTextAsync(file, EveryDocument(), Cancellation);

        Assert.Contains("OK", await ClusterTools.ValidateAsync([file], Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_EveryPod_IsRestricted()
    {
        Assert.Contains("pod templates, 0 break", await ClusterTools.CheckRestrictedAsync(EveryDocument(), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_EveryOverlay_HasNothingCriticalThatNoDecisionAnswers()
    {
        foreach (var overlay in new[] { "production", "trial" })
        {
            var critical = await ClusterTools.FindCriticalAsync(published.Builds[overlay].Text, Cancellation);

            Assert.NotEmpty(critical);
            Assert.All(critical, line => Assert.Contains(Answered.Keys, answered => line.EndsWith(answered, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Build_EveryBuiltInDocument_ValidatesWithKubernetesModels()
    {
        var documents = published.Builds.Values.SelectMany(build => build.Documents).OfType<IKubernetesObject>()
            .Select(document => KubernetesJson.Serialize(document)).Distinct().ToList();

        var answer = await ClusterTools.ValidateModelsAsync($"[{string.Join(',', documents)}]", Cancellation);

        Assert.Equal($"{documents.Count} documents, 0 wrong", answer);
    }

    [Fact]
    public async Task KubernetesModels_PortThatIsNoNumber_IsFound()
    {
        var service = JsonSerializer.Serialize(new { apiVersion = "v1", kind = "Service", metadata = new { name = "x" }, spec = new { ports = new[] { new { port = "http" } } } });

        Assert.Contains("1 documents, 1 wrong", await ClusterTools.ValidateModelsAsync($"[{service}]", Cancellation), StringComparison.Ordinal);
    }

    /// <summary>Each document once, however many builds it is in.</summary>
    private string EveryDocument() => string.Join("\n---\n", published.Builds.Values.SelectMany(build => build.Text.Split("\n---\n")).Distinct());
}
