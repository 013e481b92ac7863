using System.Net;
using System.Runtime.InteropServices;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>The process of <see cref="InMemoryKafka"/>: the cluster behind its fixed port, until the input ends or a signal comes.</summary>
internal static class InMemoryKafkaProgram
{
    public const string Verb = "kafka";

    public static async Task<int> RunAsync(int port, int advertisedPort, IReadOnlyList<KafkaTopic> topics)
    {
        using var stopping = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        using var cluster = MockCluster.Start();
        cluster.Advertise(IPAddress.Loopback.ToString(), advertisedPort);
        foreach (var topic in topics)
            cluster.CreateTopic(topic);

        await using var relay = TcpRelay.Start(new IPEndPoint(IPAddress.Loopback, port), cluster.Listener);
        await Console.Out.WriteLineAsync($"Kafka (in memory) is listening on {IPAddress.Loopback}:{port}, topics: {string.Join(", ", topics)}");
        await ReadCommandsAsync(new FaultCommands(cluster), stopping.Token);
        return 0;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }

    private static async Task ReadCommandsAsync(FaultCommands commands, CancellationToken cancellationToken)
    {
        // A read of the console can't be cancelled: it is left behind when a signal comes first.
        var stopped = Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        while (!cancellationToken.IsCancellationRequested)
        {
            var line = Task.Run(Console.In.ReadLine, CancellationToken.None);
            if (await Task.WhenAny(line, stopped) == stopped || await line is not { } command)
                return;
            await Console.Out.WriteLineAsync(commands.Execute(command));
        }
    }
}
