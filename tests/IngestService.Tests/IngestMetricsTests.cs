using System.Diagnostics.Metrics;
using CloudNative.Metering.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CloudNative.IngestService.Tests;

/// <summary>What is measured is what was stored, in buckets that tell 0.3 s from 1 s.</summary>
public sealed class IngestMetricsTests : IDisposable
{
    private const string Size = "cloudnative.ingest.batch.size", Flush = "cloudnative.ingest.flush.duration", Freshness = "cloudnative.ingest.freshness";

    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Now);
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, Instrument> _instruments = [];
    private readonly List<(string Name, double Value)> _measured = [];
    private readonly IngestMetrics _metrics;

    public IngestMetricsTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, self) =>
        {
            if (!ReferenceEquals(instrument.Meter.Scope, meters))
                return;
            _instruments[instrument.Name] = instrument;
            self.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _measured.Add((instrument.Name, value)));
        _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => _measured.Add((instrument.Name, value)));
        _listener.Start();
        _metrics = new IngestMetrics(meters, new IngestProgress(_clock, Options.Create(new IngestOptions())), _clock);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Stored_SomeBatchesAreLostOrWereStoredBefore_MeasuresTheOthers()
    {
        Store(new StoreResult(default, [0], [1]), Batch(0, Now.AddHours(-1)), Batch(1, Now.AddHours(-2)), Batch(2, Now.AddSeconds(-1), Now.AddSeconds(-3)));

        Assert.Equal([2.0], Measured(Size));
        Assert.Equal([3.0], Measured(Freshness));
        Assert.Equal([0.0], Measured(Flush));
    }

    [Fact]
    public void Stored_NoBatchIsStored_MeasuresTheTransactionOnly()
    {
        Store(new StoreResult(default, [0], []), Batch(0, Now));

        Assert.Equal([Flush], _measured.Select(measured => measured.Name));
    }

    [Fact]
    public void Stored_RecordsWithoutUsableTimestamp_HaveNoAge()
    {
        Store(new StoreResult(default, [], []), Batch(0, DateTimeOffset.UnixEpoch), Batch(1, DateTimeOffset.UnixEpoch.AddMilliseconds(-1)));
        Assert.Empty(Measured(Freshness));

        Store(new StoreResult(default, [], []), Batch(0, DateTimeOffset.UnixEpoch, Now.AddSeconds(-2)));
        Assert.Equal([2.0], Measured(Freshness));
    }

    [Fact]
    public void Buckets_OfEveryHistogram_TellWhatTheProductPromises()
    {
        foreach (var seconds in (string[])[Flush, Freshness])
        {
            var buckets = Assert.IsType<Histogram<double>>(_instruments[seconds]).Advice!.HistogramBucketBoundaries!;
            Assert.Equal((0.005, 60), (buckets[0], buckets[^1]));
            Assert.Contains(0.3, buckets);
            Assert.Contains(1, buckets);
        }

        var sizes = Assert.IsType<Histogram<int>>(_instruments[Size]).Advice!.HistogramBucketBoundaries!;
        Assert.True(sizes.Count(size => size < new IngestOptions().MaxBatchRecords) > 5 && sizes[^1] > new IngestOptions().MaxBatchRecords);
    }

    private void Store(StoreResult result, params PartitionBatch[] batches) => _metrics.Stored(batches, result, _metrics.Start());

    private IEnumerable<double> Measured(string name) => _measured.Where(measured => measured.Name == name).Select(measured => measured.Value);

    private static PartitionBatch Batch(int partition, params DateTimeOffset[] times) => new(
        new PartitionClaim(1, partition, 1, 0), times.Length, [.. times.Select((time, offset) => new IngestRecord(offset, time, Ulid.Empty, default))]);
}
