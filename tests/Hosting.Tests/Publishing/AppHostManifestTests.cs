using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Testing;
using Aspire.Hosting.Tools;
using k8s;
using k8s.Models;

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
    public async Task Publish_Environment_IsThatOfARun(string name)
    {
        using var tree = await PublishAsync();
        await using var run = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(Cancellation);

        var published = tree.Variables(name).Where(variable => !ClusterOnly.Contains(variable.Key));
        var injected = (await RunVariablesAsync(run, name)).Where(variable => !RunOnly.Contains(variable.Key));

        Assert.Equal(
            injected.Select(variable => $"{variable.Key}={InACluster(variable.Key, variable.Value, tree)}").Order(StringComparer.Ordinal),
            published.Select(variable => $"{variable.Key}={variable.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Publish_Endpoints_AreThoseOfARun()
    {
        using var tree = await PublishAsync();
        await using var run = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(Cancellation);

        var endpoints = run.Resources.OfType<ProjectResource>()
            .SelectMany(project => project.GetEndpoints().Select(endpoint => $"{project.Name}/{endpoint.EndpointName}"));
        var ports = tree.Documents().OfType<V1Service>()
            .SelectMany(service => service.Spec.Ports.Select(port => $"{service.Metadata.Name}/{port.Name}"));

        Assert.Equal(endpoints.Order(StringComparer.Ordinal), ports.Order(StringComparer.Ordinal));
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

    /// <summary>What a value of a run must be in a cluster.</summary>
    private static string InACluster(string name, object value, PublishedTree tree) => value switch
    {
        ConnectionStringReference connection => $"secret {connection.Resource.Name}/connection-string",
        // A part of a connection: METERING_HOST is the host of the connection "metering".
        ReferenceExpression => $"secret {name.Split('_', 2)[0]}/{name.Split('_', 2)[1]}".ToLowerInvariant() + "?",
        EndpointReference endpoint =>
            $"http://{endpoint.Resource.Name}:{tree.Find<V1Service>(endpoint.Resource.Name).Spec.Ports.Single(port => port.Name == endpoint.EndpointName).Port}",
        _ when name == "ASPNETCORE_URLS" => "http://+:8080",
        _ when name == "OTEL_RESOURCE_ATTRIBUTES" => "service.instance.id=$(POD_NAME)",
        _ => value.ToString() ?? "",
    };

    private static async Task<IReadOnlyDictionary<string, object>> RunVariablesAsync(IDistributedApplicationTestingBuilder run, string name)
    {
        var resource = run.Resources.Single(candidate => candidate.Name == name);
        var context = new EnvironmentCallbackContext(
            new DistributedApplicationExecutionContext(DistributedApplicationOperation.Run), resource, cancellationToken: Cancellation);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(context);
        return context.EnvironmentVariables;
    }
}
