using System.Diagnostics.Metrics;
using CloudNative.ServiceDefaults.Kafka;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ServiceDefaults.Tests.Kafka;

public sealed class KafkaStatisticsTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly KafkaStatistics _statistics;

    public KafkaStatisticsTests() => _statistics = new KafkaStatistics(_services.GetRequiredService<IMeterFactory>());

    public void Dispose() => _services.Dispose();

    [Fact]
    public void Observe_ConsumersReport_LagByPartition()
    {
        _statistics.Observe("""
            {"name":"c#1","client_id":"c","brokers":{},"cgrp":{"rebalance_cnt":2},"topics":{"t":{"topic":"t","partitions":{
              "0":{"partition":0,"consumer_lag":41},"1":{"partition":1,"consumer_lag":-1},"-1":{"partition":-1,"consumer_lag":5}}}}}
            """);

        var lag = Assert.Single(Measure("kafka.consumer.lag"));
        Assert.Equal(41, lag.Value);
        Assert.Equal(0, lag.Tags["messaging.destination.partition.id"]);
        Assert.Equal("t", lag.Tags["messaging.destination.name"]);
    }

    [Fact]
    public void Observe_ClientThatTookAnothersPlace_ReplacesItsFigures()
    {
        _statistics.Observe("""{"name":"p#1","client_id":"p","txmsgs":900,"brokers":{},"topics":{}}""");
        _statistics.Observe("""{"name":"p#2","client_id":"p","txmsgs":3,"brokers":{},"topics":{}}""");

        Assert.Equal(3, Assert.Single(Measure("kafka.client.messages.sent")).Value);
    }

    [Fact]
    public void ProducedRecordBytes_IntervalsWithoutRecords_KeepTheLastOnesSize()
    {
        Assert.Null(_statistics.ProducedRecordBytes("t"));
        Report(4_000, 10);
        Report(0, 0);
        Assert.Equal(400, _statistics.ProducedRecordBytes("t"));
        Report(50_000, 100);
        Assert.Equal(500, _statistics.ProducedRecordBytes("t"));
    }

    [Fact]
    public void ProducedRecordBytes_SeveralProducers_IsTheHighestMeanOfThoseThatSend()
    {
        Report(90_000, 10, "large");
        Report(4_000, 10);
        Assert.Equal(9_000, _statistics.ProducedRecordBytes("t"));

        foreach (var _ in Enumerable.Range(0, 3))
            Report(0, 0, "large");
        Assert.Equal(400, _statistics.ProducedRecordBytes("t"));
    }

    private void Report(int bytes, int records, string clientId = "p") => _statistics.Observe(
        $$"""{"client_id":"{{clientId}}","brokers":{},"topics":{"t":{"topic":"t","batchsize":{"sum":{{bytes}} },"batchcnt":{"sum":{{records}} },"partitions":{} } } }""");

    private List<(long Value, Dictionary<string, object?> Tags)> Measure(string name)
    {
        var measured = new List<(long, Dictionary<string, object?>)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>()))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => measured.Add((value, new Dictionary<string, object?>(tags.ToArray()))));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;
    }
}
