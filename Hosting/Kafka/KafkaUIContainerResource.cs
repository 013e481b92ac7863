using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>A UI for Kafka, which only Aspire's engine runs.</summary>
public sealed class KafkaUIContainerResource(string name) : ContainerResource(name);
