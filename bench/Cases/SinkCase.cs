using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>R2: Kafka is filled beforehand, then a sink counts it, with raw events kept.</summary>
internal sealed class SinkCase : ICase
{
    public string Id => "R2";

    public string Title => "sink alone ÷ D1";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var events = BenchEvent.New(bench.Sizes.SinkEvents, bench.Clock.GetUtcNow());
        var records = BareProducer.Records(bench.Databases.TenantId, events, bench.Clock);
        var (sink, copy) = await Rounds.RunAsync(
            bench.Sizes.Rounds, token => SinkRun.RateAsync(bench, records, Sent.Of(events), token), token => bench.CopyAsync(events, token), cancellationToken);
        return new CaseResult(new Series("sink", "events/s", sink), new Series("D1", "rows/s", copy), Bound.AtLeast(0.35, 0.65));
    }
}
