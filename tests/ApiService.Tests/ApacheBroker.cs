using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.Metering.Events;
using CloudNative.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudNative.ApiService.Tests;

/// <summary>A real Apache Kafka of a test's own, whose topic has one partition. The test is skipped where there is no Java.</summary>
internal sealed class ApacheBroker : IAsyncDisposable
{
    private readonly LocalRun _run = new(new LocalRunOptions(AppContext.BaseDirectory), NullLogger<LocalRun>.Instance);
    private readonly FreePorts _ports = new();
    private ApacheKafka? _kafka;
    private LocalProcess? _process;

    private ApacheBroker()
    {
    }

    public string Address { get; private set; } = "";

    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="settings">Of the broker, as the container images' variables.</param>
    public static async Task<ApacheBroker> StartAsync(CancellationToken cancellationToken, params (string Variable, string Value)[] settings)
    {
        var distribution = KafkaDistribution.Named()
            ?? KafkaDistribution.At(Path.Combine(SharedFiles.Find("kafka", "config/server.properties"), "..", ".."));
        var java = await Java.FindAsync(cancellationToken);
        Assert.SkipWhen(java is null, $"No Java {Java.OldestMajorVersion} or newer for Apache Kafka.");

        var broker = new ApacheBroker();
        try
        {
            await broker.StartAsync(distribution, java!, settings, cancellationToken);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync();
        if (_kafka is not null)
            await _kafka.DisposeAsync();
        await _run.DisposeAsync();
        _ports.Dispose();
    }

    private async Task StartAsync(KafkaDistribution distribution, Java java, (string Variable, string Value)[] settings, CancellationToken cancellationToken)
    {
        _run.Begin();
        var environment = settings.ToDictionary(setting => setting.Variable, setting => setting.Value);
        environment[KafkaTopic.Variable] = $"{UsageEventTopic.Name}:1:1";
        var options = new KafkaOptions(_run.RunFolder("kafka"), _ports.Next(), environment);
        _kafka = new ApacheKafka(options, distribution, java, _run, _ports);
        _process = await _run.StartAsync(await _kafka.PrepareAsync(cancellationToken), _ => { });
        await _kafka.ReadyAsync(cancellationToken);
        Address = $"127.0.0.1:{options.Port}";
    }
}
