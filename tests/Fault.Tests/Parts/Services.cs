using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;
using CloudNative.ApiService.Events;
using CloudNative.IngestService;
using CloudNative.MigrationService.Development;

namespace CloudNative.Fault.Tests.Parts;

/// <summary>The product's own processes: their built programs, with the settings of one system.</summary>
internal sealed class Services(LocalRun run, FreePorts ports)
{
    /// <summary>Short, so that a dead consumer is missed soon; long enough for a busy machine.</summary>
    public static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Shorter than the default: a test of a broker that is away waits for it.</summary>
    public static readonly TimeSpan ProducerTimeout = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan MigrationDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    public (Part Part, Uri Address) Api(string name, string postgres, string redis, string kafka) => Service(name, typeof(EventProducerOptions).Assembly.Location, new()
    {
        ["ConnectionStrings__metering"] = postgres,
        ["ConnectionStrings__redis"] = redis,
        ["ConnectionStrings__kafka"] = kafka,
        ["Producer__Timeout"] = ProducerTimeout.ToString(),
    });

    public (Part Part, Uri Address) Sink(string name, string postgres, string kafka, bool acceptsLostRecords) => Service(name, typeof(IngestOptions).Assembly.Location, new()
    {
        ["ConnectionStrings__metering"] = postgres,
        ["ConnectionStrings__kafka"] = kafka,
        ["Ingest__SessionTimeout"] = SessionTimeout.ToString(),
        ["Ingest__AcceptReplacedTopic"] = "true",
        // Few, so that one that is behind has more than one transaction takes, and pauses its partitions.
        ["Ingest__MaxBatchRecords"] = "200",
        // Many small pages, so that a kill comes in between.
        ["Backfill__PageSize"] = "100",
        ["Backfill__PollInterval"] = "00:00:00.2",
        ["Ingest__AcceptLostRecords"] = acceptsLostRecords.ToString(),
    });

    public async Task MigrateAsync(string postgres, string kafka, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var spec = Program(typeof(DevelopmentOptions).Assembly.Location, new()
        {
            ["ConnectionStrings__metering"] = postgres,
            ["ConnectionStrings__kafka"] = kafka,
        });
        await using var migration = await run.StartAsync(spec, output => { lock (lines) lines.Add(output.Line); });
        var exitCode = await migration.Exit.WaitAsync(MigrationDeadline, cancellationToken);
        Assert.True(exitCode == 0, $"The migration ended with {exitCode}: {string.Join('\n', lines)}");
    }

    private (Part Part, Uri Address) Service(string name, string assembly, Dictionary<string, string?> settings)
    {
        var address = new Uri($"http://127.0.0.1:{ports.Next()}");
        settings["ASPNETCORE_URLS"] = address.ToString();
        var spec = Program(assembly, settings);
        return (new Part(name, run, _ => Task.FromResult(spec), token => AnswersAsync(new Uri(address, "alive"), token)), address);
    }

    private static ProcessSpec Program(string assembly, Dictionary<string, string?> settings)
    {
        settings["DOTNET_ENVIRONMENT"] = "Production";
        settings["Logging__LogLevel__Default"] = "Information";
        settings["Logging__LogLevel__Microsoft"] = "Warning";
        // Started often: quick to start matters more than the last bit of speed.
        settings["DOTNET_TieredPGO"] = "0";
        return new ProcessSpec(DotnetHost.Path, ["exec", assembly]) { WorkingDirectory = Path.GetDirectoryName(assembly), Environment = settings };
    }

    private static async Task AnswersAsync(Uri probe, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = ProbeTimeout };
        while (true)
        {
            try
            {
                using var answer = await http.GetAsync(probe, cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Not yet, or it is slow to start on a busy machine.
            }

            await Task.Delay(ProbeInterval, cancellationToken);
        }
    }
}
