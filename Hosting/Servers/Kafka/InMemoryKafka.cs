using Aspire.Hosting.Processes;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>
/// librdkafka's own cluster in a process of its own. It ends when its standard input does, and takes the fault commands
/// of <see cref="FaultCommands"/> there.
/// </summary>
internal sealed class InMemoryKafka(KafkaOptions options) : ILocalServer
{
    // The process does nothing but pass bytes on: the thread that hears of some does it at once, and no other spins or is woken for it.
    // Of the time that a record takes there, that was two thirds.
    private static readonly Dictionary<string, string?> Relaying = new()
    {
        ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = "1",
        ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
    };

    /// <inheritdoc/>
    public Task<ProcessSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var program = EngineProgram.Spec(
            InMemoryKafkaProgram.Verb, options.Port.ToString(), (options.AdvertisedPort ?? options.Port).ToString(), string.Join(',', options.Topics));
        return Task.FromResult(program with { KeepInputOpen = true, Environment = program.Environment.Concat(Relaying).ToDictionary() });
    }

    /// <summary>The port is opened when the topics are there.</summary>
    public Task ReadyAsync(CancellationToken cancellationToken) => LoopbackPort.WaitUntilOpenAsync(options.Port, cancellationToken);
}
