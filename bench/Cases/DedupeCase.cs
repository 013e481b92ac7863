using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Cases;

/// <summary>Whether the look for duplicates costs the same however many ids the window holds.</summary>
internal sealed class DedupeCase : ICase
{
    private const int Fraction = 50;

    public string Id => "dedupe";

    public string Title => "sink with a full dedupe window ÷ with a fiftieth of the ids in it";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var keys = bench.Sizes.DedupeKeys;
        await using var full = await MeteringSystem.CreateAsync(bench, cancellationToken);
        await using var light = await MeteringSystem.CreateAsync(bench, cancellationToken);
        await StoredKeysFill.RunAsync(full.Database, bench.Databases.TenantId, keys, cancellationToken);
        await StoredKeysFill.RunAsync(light.Database, bench.Databases.TenantId, keys / Fraction, cancellationToken);
        var (a, b) = await Rounds.RunAsync(
            bench.Sizes.Rounds, token => RateAsync(bench, full, token), token => RateAsync(bench, light, token), cancellationToken);
        return new CaseResult(
            new Series($"{keys:N0} ids", "events/s", a), new Series($"{keys / Fraction:N0} ids", "events/s", b), Bound.AtLeast(0.8, 0.95));
    }

    private static async Task<double> RateAsync(Workbench bench, MeteringSystem system, CancellationToken cancellationToken)
    {
        var events = BenchEvent.New(bench.Sizes.SinkEvents, bench.Clock.GetUtcNow());
        var before = await system.Counts.CountedAsync(cancellationToken);
        await bench.Broker.RenewAsync(cancellationToken);
        var rate = await SinkRun.RateAsync(bench, system, BareProducer.Records(bench.Databases.TenantId, events, bench.Clock), cancellationToken);
        var after = await system.Counts.CountedAsync(cancellationToken);
        CountMismatchException.ThrowUnless((before + Sent.Of(events)).Tokens, after.Tokens, "Counted tokens");
        return rate;
    }
}
