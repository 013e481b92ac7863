using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;

namespace CloudNative.Bench.Cases;

/// <summary>R8: of a hundred records, one is an event that was sent before and one is of some earlier day.</summary>
internal sealed class UncleanCase : ICase
{
    private const int Share = 100;
    private const int DaysLate = 20;

    public string Id => "R8";

    public string Title => "sink with 1 % duplicates and 1 % late events ÷ clean";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var clean = BenchEvent.New(bench.Sizes.SinkEvents, bench.Clock.GetUtcNow());
        var unclean = Spoil(clean);
        var tenant = bench.Databases.TenantId;
        var (cleanRecords, uncleanRecords) = (BareProducer.Records(tenant, clean, bench.Clock), BareProducer.Records(tenant, unclean, bench.Clock));
        var (a, b) = await Rounds.RunAsync(
            bench.Sizes.Rounds,
            token => SinkRun.RateAsync(bench, uncleanRecords, Sent.Of(unclean.DistinctBy(one => one.Id)), token),
            token => SinkRun.RateAsync(bench, cleanRecords, Sent.Of(clean), token),
            cancellationToken);
        return new CaseResult(new Series("unclean", "records/s", a), new Series("clean", "records/s", b), Bound.AtLeast(0.8, 0.95));
    }

    private static BenchEvent[] Spoil(IReadOnlyList<BenchEvent> clean)
    {
        var unclean = clean.ToArray();
        for (var i = 0; i < unclean.Length; i += Share)
        {
            // The duplicate comes some batches after its event.
            if (i > 0)
                unclean[i] = unclean[i / 2];
            if (i + 1 < unclean.Length)
                unclean[i + 1] = BenchEvent.Of(EventId.Take(1), clean[i + 1].Time.AddDays(-(1 + i / Share % DaysLate)));
        }

        return unclean;
    }
}
