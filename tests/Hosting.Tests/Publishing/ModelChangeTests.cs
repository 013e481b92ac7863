using Aspire.Hosting;
using k8s.Models;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>Another model gives other manifests, without anybody telling the publisher.</summary>
public sealed class ModelChangeTests
{
    private static string[] PublishArgs => ["--operation", "publish", "--step", "publish", "--output-path", "."];

    [Fact]
    public async Task Publish_NewProject_BringsItsManifestsAndArrows()
    {
        using var before = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));
        var builder = SampleSystem.Create(PublishArgs);
        AddBilling(builder);

        using var after = await PublishedTree.CreateAsync(builder);

        Assert.Equal(
            [
                "base/billing/configmap.yaml", "base/billing/deployment.yaml", "base/billing/horizontalpodautoscaler.yaml", "base/billing/httproute.yaml",
                "base/billing/networkpolicy-from-gateway.yaml", "base/billing/networkpolicy-from-monitoring.yaml", "base/billing/networkpolicy.yaml",
                "base/billing/poddisruptionbudget.yaml", "base/billing/service.yaml", "base/billing/serviceaccount.yaml", "base/billing/servicemonitor.yaml",
                "components/blue-green/billing/deployment.yaml", "components/blue-green/billing/service.yaml", "components/canary/billing/deployment.yaml",
                "components/canary/billing/service.yaml", "components/ingress/billing/ingress-metrics.yaml", "components/ingress/billing/ingress.yaml",
                "components/tls/billing/certificate.yaml",
            ],
            after.Files().Keys.Except(before.Files().Keys).Order(StringComparer.Ordinal));
        Assert.Equal(["api", "cache"], CalledBy(after, "billing"));
        Assert.Equal(["billing", "web"], CallersOf(after, "api"));
        Assert.Contains("billing-host=billing.example.com", after.Files()["settings/settings.env"], StringComparison.Ordinal);
        Assert.Contains("name: billing", after.Files()["overlays/production/kustomization.yaml"], StringComparison.Ordinal);
        Assert.Contains("deployment/billing", after.Files()["README.md"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_RemovedReference_ClosesTheNetworkAndTakesTheAddressAway()
    {
        var builder = SampleSystem.Create(PublishArgs);
        builder.Resources.Remove(builder.Resources.Single(resource => resource.Name == "web"));
        builder.AddProject<SampleSystem.Service>("web").WithHttpHealthCheck("/health").WithExternalHttpEndpoints();

        using var tree = await PublishedTree.CreateAsync(builder);

        Assert.False(tree.Files().ContainsKey("base/web/networkpolicy.yaml"));
        Assert.Empty(CallersOf(tree, "api"));
        Assert.DoesNotContain("services__api__http__0", tree.Variables("web").Keys);
    }

    [Fact]
    public async Task Publish_WaitOnAContainer_FailsAndSaysWhy()
    {
        var builder = SampleSystem.Create(PublishArgs);
        var seed = builder.AddContainer("seed", "example/seed", "1.2.3");
        builder.AddProject<SampleSystem.Service>("late").WaitForCompletion(seed);
        using var tree = new PublishedTree();

        Assert.Equal(1, await tree.PublishAsync(builder));

        Assert.Contains("'seed' can't be published: others wait for its completion", tree.Messages, StringComparison.Ordinal);
        Assert.Empty(tree.Files());
    }

    [Fact]
    public async Task Publish_ParameterNamedAsASetting_FailsAndSaysWhy()
    {
        var builder = SampleSystem.Create(PublishArgs);
        builder.AddProject<SampleSystem.Service>("late").WithEnvironment("Release", builder.AddParameter("version", "7"));
        using var tree = new PublishedTree();

        Assert.Equal(1, await tree.PublishAsync(builder));

        Assert.Contains("'version' can't be published", tree.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_SecretParameterOfARunOnceProject_IsNotGivenToThoseThatWait()
    {
        var builder = SampleSystem.Create(PublishArgs);
        var token = builder.AddParameter("seed-token", "s3cret-seed", secret: true);
        builder.CreateResourceBuilder(builder.Resources.OfType<Aspire.Hosting.ApplicationModel.ProjectResource>().Single(project => project.Name == "migrations"))
            .WithEnvironment("SeedToken", token);

        using var tree = await PublishedTree.CreateAsync(builder);

        var wait = tree.Find<V1Deployment>("api").Spec.Template.Spec.InitContainers.Single();
        Assert.Equal(["--wait"], wait.Args);
        Assert.DoesNotContain("SeedToken", wait.Env.Select(variable => variable.Name));
        Assert.Contains("ConnectionStrings__orders", wait.Env.Select(variable => variable.Name));
        Assert.Contains("SeedToken", tree.Documents().OfType<V1Job>().Single().Spec.Template.Spec.Containers.Single().Env.Select(variable => variable.Name));
    }

    private static void AddBilling(IDistributedApplicationBuilder builder)
    {
        var api = builder.CreateResourceBuilder(builder.Resources.OfType<Aspire.Hosting.ApplicationModel.ProjectResource>().Single(project => project.Name == "api"));
        var cache = builder.CreateResourceBuilder(builder.Resources.OfType<Aspire.Hosting.ApplicationModel.RedisResource>().Single());
        builder.AddProject<SampleSystem.Service>("billing").WithReference(api).WithReference(cache).WithHttpHealthCheck("/health").WithExternalHttpEndpoints();
    }

    private static IEnumerable<string> CalledBy(PublishedTree tree, string name) => tree.Find<V1NetworkPolicy>(name).Spec.Egress
        .SelectMany(rule => rule.To).Select(peer => peer.PodSelector.MatchLabels.Values.Single());

    private static IEnumerable<string> CallersOf(PublishedTree tree, string name) => (tree.Find<V1NetworkPolicy>(name).Spec.Ingress ?? [])
        .SelectMany(rule => rule.FromProperty).Select(peer => peer.PodSelector.MatchLabels.Values.Single());
}
