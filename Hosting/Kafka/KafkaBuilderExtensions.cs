using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;
using Aspire.Hosting.Servers.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting;

/// <summary>Kafka. The embedded engine runs Apache Kafka when it is told of a distribution, else a cluster in memory.</summary>
public static partial class KafkaBuilderExtensions
{
    private const int DefaultPort = 9092;

    /// <param name="port">Default: any free one.</param>
    public static IResourceBuilder<KafkaServerResource> AddKafka(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, int? port = null)
    {
        var kafka = new KafkaServerResource(name);
        return builder.AddResource(kafka)
            .WithEndpoint(port: port, targetPort: DefaultPort, name: KafkaServerResource.PrimaryEndpointName)
            .WithEndpoint(KafkaServerResource.PrimaryEndpointName, e => e.TargetHost = "127.0.0.1")
            .WithImage("confluentinc/confluent-local", "8.1.0")
            .WithLocalServer((context, cancellationToken) => CreateServerAsync(kafka, context, cancellationToken))
            .WithLifecycleCommands()
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = "Kafka",
                Properties = [new ResourcePropertySnapshot(KnownProperties.Source, "Kafka")],
            });
    }

    /// <summary>Keeps the data from run to run, below <c>.data</c> in the AppHost's folder, when a real Apache Kafka runs.</summary>
    /// <param name="name">Default: the resource's name.</param>
    public static IResourceBuilder<KafkaServerResource> WithDataVolume(
        this IResourceBuilder<KafkaServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(name, "/var/lib/kafka/data", isReadOnly);

    /// <summary>Only a note in the embedded engine: the UI is an image, which only Aspire's engine runs.</summary>
    public static IResourceBuilder<KafkaServerResource> WithKafkaUI(
        this IResourceBuilder<KafkaServerResource> builder,
        Action<IResourceBuilder<KafkaUIContainerResource>>? configureContainer = null,
        string? containerName = null) => builder.WithAnnotation(
            new NoteAnnotation("WithKafkaUI adds nothing here: the UI is an image, which only Aspire's engine runs."));

    private static async Task<KafkaServer> CreateServerAsync(
        KafkaServerResource kafka, LocalProcessContext context, CancellationToken cancellationToken)
    {
        var run = context.Services.GetRequiredService<LocalRun>();
        var options = new KafkaOptions(
            run.RunFolder(kafka.Name),
            await kafka.PrimaryEndpoint.PortAsync(cancellationToken),
            context.Environment.ToDictionary(v => v.Key, v => v.Value ?? "")) { DataFolder = kafka.DataFolder(run) };
        var server = await KafkaServer.CreateAsync(options, run, context.Services.GetRequiredService<FreePorts>(), cancellationToken);
        // To whoever starts the application, and to whoever looks at the resource later.
        LogKind(context.Services.GetRequiredService<ILogger<KafkaServerResource>>(), kafka.Name, server.Description);
        LogKind(context.Services.GetRequiredService<ResourceLoggerService>().GetLogger(context.Instance.Id), kafka.Name, server.Description);
        return server;
    }

    [LoggerMessage(LogLevel.Information, "{Name} is {Description}")]
    private static partial void LogKind(ILogger logger, string name, string description);
}
