using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.Hosting.Tests.Processes;

namespace CloudNative.Hosting.Tests.Servers;

public sealed class ApacheKafkaTests : IDisposable
{
    private const string Topic = "usage-events";

    private readonly FreePorts _ports = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("hosting-tests-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ports.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task PrepareAsync_KeptDataAndOtherPorts_RecordsOutliveTheBroker()
    {
        var (distribution, java) = await KafkaHome.FindOrSkipAsync(Token);
        var first = Options();
        await using (var running = await RunningServer.StartAsync(new ApacheKafka(first, distribution, java, TestProcesses.Instance, _ports), Token))
        {
            await running.Server.ReadyAsync(Token);
            Assert.Equal(12, KafkaTraffic.PartitionsOf(first.Port, Topic));
            await KafkaTraffic.ProduceAsync(first.Port, Topic, 1000, Token);
        }

        var second = Options();
        await using var again = await RunningServer.StartAsync(new ApacheKafka(second, distribution, java, TestProcesses.Instance, _ports), Token);

        var values = KafkaTraffic.Consume(second.Port, Topic, 1000, Token);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"value-{i}").Order(), values.Order());
    }

    private KafkaOptions Options()
    {
        var environment = new Dictionary<string, string> { ["KAFKA_CREATE_TOPICS"] = $"{Topic}:12:1", ["KAFKA_LOG_RETENTION_MS"] = "3600000" };
        return new KafkaOptions(Path.Combine(_folder, "run"), Ports.Free(), environment) { DataFolder = Path.Combine(_folder, "volume") };
    }
}
