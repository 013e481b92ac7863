using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>
/// librdkafka's own cluster in a process of its own. It ends when its standard input does, and takes the fault commands
/// of <see cref="FaultCommands"/> there.
/// </summary>
internal sealed class InMemoryKafka(KafkaOptions options) : ILocalServer
{
    /// <inheritdoc/>
    public Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken) =>
        Task.FromResult(EngineProgram.Spec(
            InMemoryKafkaProgram.Verb, options.Port.ToString(), (options.AdvertisedPort ?? options.Port).ToString(), string.Join(',', options.Topics)) with
        {
            KeepInputOpen = true,
        });

    /// <summary>The port is opened when the topics are there.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => LoopbackPort.WaitUntilOpenAsync(options.Port, cancellationToken);
}
