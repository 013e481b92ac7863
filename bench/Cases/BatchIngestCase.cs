using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Cases;

/// <summary>R3: what the API costs above the producer in it. Batches of 1,000 are measured beside, as an absolute figure.</summary>
internal sealed class BatchIngestCase : ICase
{
    private const int Batch = 100;
    private const int LargeBatch = 1_000;
    private const int Connections = 8;

    public string Id => "R3";

    public string Title => "ingest API, batches of 100, acknowledged ÷ a bare producer loop";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var events = bench.Sizes.BatchEvents;
        var records = BareProducer.Records(bench.Databases.TenantId, BenchEvent.New(events, bench.Clock.GetUtcNow()), bench.Clock);
        await using var run = await IngestRun.StartAsync(bench, cancellationToken);
        using var producer = new BareProducer(bench.Broker.BootstrapServers);
        using var hundreds = run.Load(Batch, Connections);
        using var thousands = run.Load(LargeBatch, Connections);
        var large = new List<double>();

        await run.SendAsync(hundreds, events / Batch / 2, cancellationToken);
        producer.Send(Broker.BareTopic, records);
        var (api, bare) = await Rounds.RunAsync(
            bench.Sizes.Rounds,
            async token =>
            {
                large.Add((await run.SendAsync(thousands, events / LargeBatch, token)).EventsPerSecond);
                var result = await run.SendAsync(hundreds, events / Batch, token);
                await run.SettleAsync(token);
                return result.EventsPerSecond;
            },
            token => Task.Run(() => events / producer.Send(Broker.BareTopic, records).TotalSeconds, token),
            cancellationToken);
        bench.Figures.Set("batch-100", Percentile.Of(api, 50));
        bench.Figures.Set("batch-1000", Percentile.Of(large, 50));
        return new CaseResult(new Series("API", "events/s", api), new Series("producer", "events/s", bare), Bound.AtLeast(0.25, 0.60)) { Notes = run.Notes };
    }
}
