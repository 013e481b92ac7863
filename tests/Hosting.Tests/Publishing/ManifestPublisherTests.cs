using Aspire.Hosting;
using k8s.Models;

namespace CloudNative.Hosting.Tests.Publishing;

public sealed class ManifestPublisherTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_SampleSystem_KustomizeAcceptsIt()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));

        var built = await ClusterTools.BuildAsync(tree.Overlay("production"), Cancellation);

        Assert.Contains("image: registry/service:1.0.0", built, StringComparison.Ordinal);
        Assert.True(ManifestDocuments.Read(built).Count > tree.Documents().Count, "The base or the components of the overlay are missing.");
    }

    [Fact]
    public async Task Publish_EveryDocument_RoundTripsStrictly()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));

        var documents = tree.Documents();

        var kinds = documents.CountBy(document => document.GetType().Name).ToDictionary();
        Assert.Equal((1, 3, 3, 2, 1, 2), (kinds["V1Namespace"], kinds["V1ConfigMap"], kinds["V1ServiceAccount"], kinds["V1Deployment"], kinds["V1Job"], kinds["V1Service"]));
        Assert.Equal((2, 2, 1, 2), (kinds["V1PodDisruptionBudget"], kinds["V2HorizontalPodAutoscaler"], kinds["HttpRoute"], kinds["ServiceMonitor"]));
    }

    [Fact]
    public async Task Publish_Twice_GivesTheSameBytes()
    {
        using var first = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));
        using var second = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));

        Assert.Equal(first.Files(), second.Files());
    }

    [Fact]
    public async Task Publish_Again_KeepsTheOperatorsSettings()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));
        tree.Set("version", "2.1.0-rc");
        tree.Set("registry", "host:5000/team");

        Assert.Equal(0, await tree.PublishAsync(SampleSystem.Create(PublishArgs)));

        var built = ManifestDocuments.Read(await ClusterTools.BuildAsync(tree.Overlay("production"), Cancellation));
        var api = built.OfType<V1Deployment>().Single(deployment => deployment.Metadata.Name == "api");
        var job = built.OfType<V1Job>().Single(job => job.Metadata.Name.StartsWith("migrations-", StringComparison.Ordinal));
        Assert.Equal("host:5000/team/service:2.1.0-rc", api.Spec.Template.Spec.Containers.Single().Image);
        Assert.Equal("2.1.0-rc", api.Spec.Template.Metadata.Labels["app.kubernetes.io/version"]);
        Assert.Equal("host:5000/team/job:2.1.0-rc", job.Spec.Template.Spec.Containers.Single().Image);
        Assert.Matches("^migrations-[0-9a-f]{8}-2\\.1\\.0-rc$", job.Metadata.Name);
    }

    [Fact]
    public async Task Publish_AgainWithoutAProject_RemovesItsFiles()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));
        var smaller = SampleSystem.Create(PublishArgs);
        smaller.Resources.Remove(smaller.Resources.Single(resource => resource.Name == "web"));

        Assert.Equal(0, await tree.PublishAsync(smaller));

        Assert.DoesNotContain(tree.Files().Keys, file => file.StartsWith("base/web/", StringComparison.Ordinal));
        Assert.DoesNotContain("web/", tree.Files()["base/kustomization.yaml"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_Secrets_AreReferredToAndNeverWritten()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));

        var files = tree.Files();
        Assert.All(files.Values, text => Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal));
        var variables = tree.Find<V1Deployment>("api").Spec.Template.Spec.Containers.Single().Env.ToDictionary(variable => variable.Name);
        AssertSecret(variables["ConnectionStrings__orders"], "orders", "connection-string", optional: null);
        AssertSecret(variables["ORDERS_PASSWORD"], "orders", "password", optional: true);
        AssertSecret(variables["ORDERS_USERNAME"], "orders", "username", optional: true);
        AssertSecret(variables["ConnectionStrings__cache"], "cache", "connection-string", optional: null);
        AssertSecret(variables["Token"], "token", "value", optional: null);
        Assert.Contains("create secret generic orders --from-literal=connection-string=", files["README.md"], StringComparison.Ordinal);
        Assert.Contains("create secret generic token --from-literal=value=", files["README.md"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_PlainValues_AreInTheConfigMapAndParametersInTheSettings()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));

        var values = tree.Find<V1ConfigMap>("api").Data;
        tree.Set("greeting", "good day");
        var built = ManifestDocuments.Read(await ClusterTools.BuildAsync(tree.Overlay("production"), Cancellation));
        var api = built.OfType<V1Deployment>().Single(deployment => deployment.Metadata.Name == "api");
        Assert.Equal("good day", api.Spec.Template.Spec.Containers.Single().Env.Single(variable => variable.Name == "Greeting").Value);
        Assert.Equal("hello, world", values["Banner"]);
        Assert.Equal("http://+:8080", values["ASPNETCORE_URLS"]);
        Assert.Equal("http://api:8080", tree.Find<V1ConfigMap>("web").Data["services__api__http__0"]);
        var port = Assert.Single(tree.Find<V1Service>("api").Spec.Ports);
        Assert.Equal(8080, port.Port);
    }

    [Fact]
    public async Task Publish_RunOnceProject_IsAJobAndRestricted()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));

        var pod = Assert.Single(tree.Documents().OfType<V1Job>()).Spec.Template.Spec;
        Assert.Equal("OnFailure", pod.RestartPolicy);
        Assert.Null(pod.Containers.Single().LivenessProbe);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal(["ALL"], pod.Containers.Single().SecurityContext.Capabilities.Drop);
        Assert.True(pod.Containers.Single().SecurityContext.ReadOnlyRootFilesystem);
    }

    [Fact]
    public async Task Publish_HealthCheck_BecomesProbes()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create(PublishArgs));

        var deployment = tree.Find<V1Deployment>("api").Spec;
        var container = deployment.Template.Spec.Containers.Single();
        Assert.Null(deployment.Replicas);
        Assert.Equal(2, tree.Find<V2HorizontalPodAutoscaler>("api").Spec.MinReplicas);
        Assert.Equal("/health", container.ReadinessProbe.HttpGet.Path);
        Assert.Equal("/alive", container.LivenessProbe.HttpGet.Path);
        Assert.Equal("/alive", container.StartupProbe.HttpGet.Path);
    }

    [Fact]
    public async Task Publish_Executable_FailsAndSaysWhy()
    {
        var builder = SampleSystem.Create(PublishArgs);
        builder.AddExecutable("tool", "/usr/bin/tool", ".");
        using var tree = new PublishedTree();

        Assert.Equal(1, await tree.PublishAsync(builder));

        Assert.Contains("'tool'", tree.Messages, StringComparison.Ordinal);
        Assert.Contains("can't be published", tree.Messages, StringComparison.Ordinal);
        Assert.Empty(tree.Files());
    }

    [Fact]
    public async Task Publish_ContainerWithoutTag_FailsAndSaysWhy()
    {
        var builder = SampleSystem.Create(PublishArgs);
        builder.AddContainer("proxy", "proxy");
        using var tree = new PublishedTree();

        Assert.Equal(1, await tree.PublishAsync(builder));

        Assert.Contains("'proxy' (proxy) can't be published without a fixed tag", tree.Messages, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("base/mine.txt")]
    public async Task Publish_ForeignFolder_IsLeftAlone(string file)
    {
        using var tree = new PublishedTree();
        Directory.CreateDirectory(Path.Combine(tree.Folder, "base"));
        await File.WriteAllTextAsync(Path.Combine(tree.Folder, file), "mine", Cancellation);

        Assert.Equal(1, await tree.PublishAsync(SampleSystem.Create(PublishArgs)));

        Assert.Equal("mine", Assert.Single(tree.Files()).Value);
        Assert.Contains("name another output path", tree.Messages, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WithoutEnvironment_SaysWhatToAdd()
    {
        using var tree = new PublishedTree();

        Assert.Equal(1, await tree.PublishAsync(DistributedApplication.CreateBuilder(PublishArgs)));

        Assert.Contains("AddKubernetesEnvironment", tree.Messages, StringComparison.Ordinal);
    }

    private static string[] PublishArgs => ["--operation", "publish", "--step", "publish", "--output-path", "."];

    private static void AssertSecret(V1EnvVar variable, string secret, string key, bool? optional)
    {
        Assert.Equal((secret, key, optional), (variable.ValueFrom.SecretKeyRef.Name, variable.ValueFrom.SecretKeyRef.Key, variable.ValueFrom.SecretKeyRef.Optional));
    }
}
