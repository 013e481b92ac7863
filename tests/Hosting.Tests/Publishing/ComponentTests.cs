using Aspire.Hosting;
using Aspire.Hosting.Publishing.Manifests.Custom;
using Aspire.Hosting.Testing;
using k8s;
using k8s.Models;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>What each component adds, and that it comes from the model and from the settings.</summary>
public sealed class ComponentTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("managed", "keda", "tls", "otel", "backup")]
    [InlineData("operators", "keda", "tls", "canary", "otel")]
    [InlineData("operators", "ingress", "otel", "backup", "sign-in")]
    [InlineData("data-services", "tls", "backup", "blue-green", "otel")]
    public async Task Build_Components_IsAcceptedByTheApiServersOwnRules(params string[] components)
    {
        using var tree = await PublishAsync();

        var text = await BuildTextAsync(tree, components);

        Assert.NotEmpty(ManifestDocuments.Read(text));
        Assert.Contains(", 0 break", await ClusterTools.CheckRestrictedAsync(text, Cancellation), StringComparison.Ordinal);
        var built = Path.Combine(tree.Folder, "built.yaml");
        await File.WriteAllTextAsync(built, text, Cancellation);
        Assert.Contains("OK", await ClusterTools.ValidateAsync([built], Cancellation), StringComparison.Ordinal);
        Assert.All(await ClusterTools.FindCriticalAsync(text, Cancellation), line => Assert.Contains(ToolTests.Answered.Keys, answered => line.EndsWith(answered, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task DataServices_OfTheSample_AreItsServersWithTheirDatabasesAndCallers()
    {
        using var tree = await PublishedTree.CreateAsync(SampleSystem.Create("--operation", "publish"));

        var documents = await BuildAsync(tree, "data-services");

        Assert.Equal(["cache", "postgres"], documents.OfType<V1StatefulSet>().Select(set => set.Metadata.Name).Order(StringComparer.Ordinal));
        var postgres = Named<V1StatefulSet>(documents, "postgres").Spec;
        Assert.Equal("orders", postgres.Template.Spec.Containers[0].Env.Single(variable => variable.Name == "POSTGRES_DB").Value);
        Assert.Equal("postgres", postgres.Template.Metadata.Labels["data-server"]);
        Assert.Equal("None", Named<V1Service>(documents, postgres.ServiceName).Spec.ClusterIP);
        Assert.NotEmpty(postgres.VolumeClaimTemplates);
        // The web has no arrow to it.
        Assert.Equal(["api", "migrations"], Callers(Named<V1NetworkPolicy>(documents, "postgres")));
        Assert.All(tree.Files().Values, text => Assert.DoesNotContain(SampleSystem.Password, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Operators_Topics_AreThoseOfTheModelsKafka()
    {
        await using var builder = await ModelAsync();
        builder.CreateResourceBuilder(builder.Resources.OfType<KafkaServerResource>().Single()).WithEnvironment("KAFKA_CREATE_TOPICS", "first:7:1,second:3:1");
        using var tree = await PublishedTree.CreateAsync(builder.Resources);
        tree.Set("kafka-retention-ms", "60000");

        var topics = (await BuildAsync(tree, "operators")).OfType<KafkaClusterTopic>().OrderBy(topic => topic.Spec.TopicName, StringComparer.Ordinal).ToList();

        Assert.Equal([("first", 7), ("second", 3)], topics.Select(topic => (topic.Spec.TopicName, topic.Spec.Partitions)));
        Assert.All(topics, topic => Assert.Equal(("delete", "CreateTime", "2", "60000"), (
            topic.Spec.Config["cleanup.policy"], topic.Spec.Config["message.timestamp.type"], topic.Spec.Config["min.insync.replicas"], topic.Spec.Config["retention.ms"])));
    }

    [Fact]
    public async Task Operators_Postgres_MakesTheModelsDatabaseAndBacksItUpWhereTheSettingSays()
    {
        using var tree = await PublishAsync();
        tree.Set("postgres-backup-path", "s3://here/there");

        var documents = await BuildAsync(tree, "operators");

        var cluster = documents.OfType<PostgresCluster>().Single();
        Assert.Equal("metering", cluster.Spec.Bootstrap.Initdb.Database);
        Assert.Equal("s3://here/there", cluster.Spec.Backup.BarmanObjectStore.DestinationPath);
        Assert.Equal(cluster.Metadata.Name, documents.OfType<ScheduledBackup>().Single().Spec.Cluster.Name);
    }

    [Fact]
    public async Task Keda_Consumers_AreScaledByTheirGroupsLagAndByNothingElse()
    {
        using var tree = await PublishAsync();
        tree.Set("ingest-lag", "123");

        var documents = await BuildAsync(tree, "operators", "keda");

        var scaler = documents.OfType<ScaledObject>().Single();
        Assert.Equal("ingest", scaler.Spec.ScaleTargetRef.Name);
        Assert.Equal(12, scaler.Spec.MaxReplicaCount);
        var trigger = Assert.Single(scaler.Spec.Triggers).Metadata;
        Assert.Equal(("ingest", "usage-events", "123"), (trigger["consumerGroup"], trigger["topic"], trigger["lagThreshold"]));
        Assert.DoesNotContain(documents.OfType<V2HorizontalPodAutoscaler>(), other => other.Spec.ScaleTargetRef.Name == "ingest");
        Assert.Contains(documents.OfType<V2HorizontalPodAutoscaler>(), other => other.Spec.ScaleTargetRef.Name == "api");
    }

    [Fact]
    public async Task Tls_Hosts_AreTheSettingsEverywhere()
    {
        using var tree = await PublishAsync();
        tree.Set("api-host", "metering.example.org");
        tree.Set("gateway-namespace", "edge");

        var documents = await BuildAsync(tree, "tls");

        var certificate = documents.OfType<Certificate>().Single(document => document.Metadata.Name == "api");
        Assert.Equal(["metering.example.org"], certificate.Spec.DnsNames);
        var gateway = documents.OfType<Gateway>().Single();
        var listener = gateway.Spec.Listeners.Single(candidate => candidate.Name == "api");
        Assert.Equal(("metering.example.org", certificate.Spec.SecretName), (listener.Hostname, listener.Tls!.CertificateRefs.Single().Name));
        Assert.Equal(("edge", "edge"), (gateway.Metadata.NamespaceProperty, certificate.Metadata.NamespaceProperty));
        var route = documents.OfType<HttpRoute>().Single(document => document.Metadata.Name == "api");
        Assert.Equal(("edge", "api"), (route.Spec.ParentRefs.Single().Namespace, route.Spec.ParentRefs.Single().SectionName));
    }

    [Fact]
    public async Task Ingress_ExternalEndpoints_ReplaceTheRoutesAndHideTheMetrics()
    {
        using var tree = await PublishAsync();
        tree.Set("api-host", "metering.example.org");

        var documents = await BuildAsync(tree, "ingress");

        Assert.Empty(documents.OfType<HttpRoute>());
        var paths = documents.OfType<V1Ingress>().Where(ingress => ingress.Spec.Rules.Single().Host == "metering.example.org")
            .Select(ingress => (ingress.Spec.Rules.Single().Http.Paths.Single().Path, ingress.Metadata.Annotations.ContainsKey("nginx.ingress.kubernetes.io/rewrite-target")));
        Assert.Equal([("/", false), ("/metrics", true)], paths.Order());
        // An Ingress can't take out the header by which a user is let in.
        Assert.All(
            documents.OfType<V1Ingress>().Where(ingress => ingress.Metadata.Name.StartsWith("web", StringComparison.Ordinal)),
            ingress => Assert.Equal("web-sign-in", ingress.Spec.Rules.Single().Http.Paths.Single().Backend.Service.Name));
    }

    [Theory]
    [InlineData("canary", "canary", "stable")]
    [InlineData("blue-green", "green", "blue")]
    public async Task Rollout_OfAnotherRelease_DividesTheRequestsByTheSettings(string component, string track, string first)
    {
        using var tree = await PublishAsync();
        tree.Set("version", "1.2.3");
        tree.Set($"{track}-version", "1.3.0");
        tree.Set($"{first}-weight", "90");
        tree.Set($"{track}-weight", "10");

        var documents = await BuildAsync(tree, component);

        var backends = documents.OfType<HttpRoute>().Single(route => route.Metadata.Name == "api").Spec.Rules[0].BackendRefs;
        Assert.Equal([("api", 90), ($"api-{track}", 10)], backends.Select(backend => (backend.Name, backend.Weight ?? 0)));
        var (one, other) = (Named<V1Deployment>(documents, "api"), Named<V1Deployment>(documents, $"api-{track}"));
        Assert.EndsWith(":1.2.3", one.Spec.Template.Spec.Containers[0].Image, StringComparison.Ordinal);
        Assert.EndsWith(":1.3.0", other.Spec.Template.Spec.Containers[0].Image, StringComparison.Ordinal);
        Assert.All(other.Spec.Template.Spec.InitContainers, wait => Assert.EndsWith(":1.3.0", wait.Image, StringComparison.Ordinal));
        Assert.Single(documents.OfType<V1Job>(), job => job.Metadata.Name.StartsWith($"{track}-migrations-", StringComparison.Ordinal) && job.Metadata.Name.EndsWith("-1.3.0", StringComparison.Ordinal));
        // Each Service has the pods of its own track only.
        Assert.True(Selects(Named<V1Service>(documents, "api"), one) && Selects(Named<V1Service>(documents, $"api-{track}"), other));
        Assert.False(Selects(Named<V1Service>(documents, "api"), other) || Selects(Named<V1Service>(documents, $"api-{track}"), one));
    }

    [Fact]
    public async Task Otel_Services_SendToTheCollector()
    {
        using var tree = await PublishAsync();

        var documents = await BuildAsync(tree, "canary", "otel");

        var collector = Named<V1Service>(documents, "otel-collector");
        Assert.Equal(["api", "api-canary", "ingest", "web"], documents.OfType<V1Deployment>()
            .Where(deployment => deployment.Spec.Template.Spec.Containers[0].Env.Any(variable =>
                variable.Name == "OTEL_EXPORTER_OTLP_ENDPOINT" && variable.Value == $"http://{collector.Metadata.Name}:{collector.Spec.Ports[0].Port}"))
            .Select(deployment => deployment.Metadata.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Backup_EachDatabase_IsDumpedAndHasASuspendedRestore()
    {
        using var tree = await PublishAsync();
        tree.Set("backup-schedule", "5 4 * * *");

        var documents = await BuildAsync(tree, "backup");

        Assert.Equal("5 4 * * *", Named<V1CronJob>(documents, "metering-backup").Spec.Schedule);
        Assert.True(Named<V1Job>(documents, "metering-restore").Spec.Suspend);
        Assert.Equal("metering-backup", Named<V1Job>(documents, "metering-restore").Spec.Template.Spec.Volumes.Single(volume => volume.PersistentVolumeClaim is not null).PersistentVolumeClaim.ClaimName);
    }

    private static Task<IDistributedApplicationTestingBuilder> ModelAsync() =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(["--operation", "publish", "--step", "publish", "--output-path", "somewhere"], Cancellation);

    private static async Task<PublishedTree> PublishAsync()
    {
        await using var builder = await ModelAsync();
        return await PublishedTree.CreateAsync(builder.Resources);
    }

    private static async Task<IReadOnlyList<object>> BuildAsync(PublishedTree tree, params string[] components) =>
        ManifestDocuments.Read(await BuildTextAsync(tree, components));

    private static async Task<string> BuildTextAsync(PublishedTree tree, string[] components)
    {
        var folder = Directory.CreateDirectory(tree.Overlay("mine")).FullName;
        await File.WriteAllLinesAsync(
            Path.Combine(folder, "kustomization.yaml"),
            ["resources: [../../base]", "components:", .. components.Select(component => $"- ../../components/{component}"), "- ../../settings"], Cancellation);
        return await ClusterTools.BuildAsync(folder, Cancellation);
    }

    private static T Named<T>(IEnumerable<object> documents, string name)
        where T : IKubernetesObject<V1ObjectMeta> => documents.OfType<T>().Single(document => document.Metadata.Name == name);

    private static IEnumerable<string> Callers(V1NetworkPolicy policy) =>
        policy.Spec.Ingress.Single().FromProperty.Select(peer => peer.PodSelector.MatchLabels["app.kubernetes.io/name"]).Order(StringComparer.Ordinal);

    private static bool Selects(V1Service service, V1Deployment deployment) =>
        service.Spec.Selector.All(pair => deployment.Spec.Template.Metadata.Labels.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
