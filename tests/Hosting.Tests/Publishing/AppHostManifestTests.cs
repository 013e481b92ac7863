using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Testing;
using Aspire.Hosting.Tools;
using k8s;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>What the system's own AppHost publishes.</summary>
public sealed class AppHostManifestTests
{
    private static readonly string[] PublishArgs = ["--operation", "publish", "--step", "publish", "--output-path", "somewhere"];

    // What a run says about this machine, its telemetry or Development; a cluster says it itself.
    private static readonly string[] RunOnly =
    [
        "Api__Key",
        "ASPNETCORE_ENVIRONMENT",
        "Development__ApiKey",
        "DOTNET_ENVIRONMENT",
        "OTEL_BLRP_SCHEDULE_DELAY",
        "OTEL_BSP_SCHEDULE_DELAY",
        "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_HEADERS",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
        "OTEL_METRICS_EXEMPLAR_FILTER",
        "OTEL_METRIC_EXPORT_INTERVAL",
        "OTEL_TRACES_SAMPLER",
    ];

    // What only a cluster needs: its first key, who signs people in, and what a pod is.
    private static readonly string[] ClusterOnly =
    [
        "Api__Key",
        "Bootstrap__ApiKey",
        "Bootstrap__Tenant",
        "HOME",
        "POD_NAME",
        "SignIn__UserHeader",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Publish_AppHost_HoldsTheServicesAndNothingOfARun()
    {
        using var tree = await PublishAsync("--demo");

        var names = tree.Documents().OfType<IKubernetesObject>().Select(document => document.Kind).CountBy(kind => kind).ToDictionary();
        Assert.Equal((3, 1, 3), (names["Deployment"], names["Job"], names["Service"]));
        Assert.All(tree.Files().Values, text =>
        {
            Assert.DoesNotContain("dev-key", text, StringComparison.Ordinal);
            Assert.DoesNotContain("dev-api-key", text, StringComparison.Ordinal);
            Assert.DoesNotContain("aigateway", text, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Theory]
    [InlineData("migrations")]
    [InlineData("ingest")]
    [InlineData("api")]
    [InlineData("web")]
    public async Task Publish_Environment_HasTheNamesOfARun(string name)
    {
        using var tree = await PublishAsync();
        await using var run = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(Cancellation);

        var published = tree.VariableNames(name).Except(ClusterOnly);

        Assert.Equal((await RunNamesAsync(run, name)).Except(RunOnly).Order(StringComparer.Ordinal), published.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Publish_Pods_AreRestricted()
    {
        using var tree = await PublishAsync();

        var verdict = await ClusterTools.CheckRestrictedAsync(await ClusterTools.BuildAsync(tree.Overlay("production"), Cancellation), Cancellation);

        Assert.Contains("4 pod templates, 0 break", verdict, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_Documents_AreWhatTheApiServerTakes()
    {
        using var tree = await PublishAsync();
        var built = Path.Combine(tree.Folder, "built.yaml");
        await File.WriteAllTextAsync(built, await ClusterTools.BuildAsync(tree.Overlay("production"), Cancellation), Cancellation);

        Assert.Contains("OK", await ClusterTools.ValidateAsync([built], Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Main_Publish_WritesTheTreeAndExitsWithZero()
    {
        var folder = Directory.CreateTempSubdirectory("publish").FullName;

        Assert.Equal(0, await RunAppHostAsync(folder));

        Assert.True(File.Exists(Path.Combine(folder, "base", "kustomization.yaml")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Main_PublishIntoAFile_ExitsWithOne()
    {
        var file = Path.GetTempFileName();

        Assert.Equal(1, await RunAppHostAsync(file));

        File.Delete(file);
    }

    private static async Task<PublishedTree> PublishAsync(params string[] args)
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>([.. PublishArgs, .. args], Cancellation);
        return await PublishedTree.CreateAsync(builder.Resources);
    }

    private static async Task<int> RunAppHostAsync(string outputPath)
    {
        string[] arguments = [typeof(Projects.AppHost).Assembly.Location, .. PublishArgs[..^1], outputPath];
        await using var process = LocalProcess.Start(new ProcessSpec(DotnetHost.Path, arguments), _ => { });
        return await process.Exit.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    private static async Task<IEnumerable<string>> RunNamesAsync(IDistributedApplicationTestingBuilder run, string name)
    {
        var resource = run.Resources.Single(candidate => candidate.Name == name);
        var context = new EnvironmentCallbackContext(
            new DistributedApplicationExecutionContext(DistributedApplicationOperation.Run), resource, cancellationToken: Cancellation);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);
        return context.EnvironmentVariables.Keys;
    }
}
