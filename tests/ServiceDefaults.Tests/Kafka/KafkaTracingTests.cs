using System.Diagnostics;
using System.Text;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;

namespace CloudNative.ServiceDefaults.Tests.Kafka;

public sealed class KafkaTracingTests : IDisposable
{
    private const string Topic = "tracing-tests";

    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == KafkaTracing.SourceName,
        Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public KafkaTracingTests() => ActivitySource.AddActivityListener(_listener);

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void StartPublish_HeadersGiven_CarryTheSpansContext()
    {
        var headers = new Headers { { "traceparent", "stale"u8.ToArray() } };

        using var span = KafkaTracing.StartPublish(Topic, headers);

        Assert.NotNull(span);
        Assert.Equal(ActivityKind.Producer, span.Kind);
        Assert.Equal($"send {Topic}", span.DisplayName);
        Assert.Equal("kafka", span.GetTagItem("messaging.system"));
        Assert.Equal(Topic, span.GetTagItem("messaging.destination.name"));
        Assert.Equal([span.Id], headers.Select(header => Encoding.ASCII.GetString(header.GetValueBytes())));
    }

    [Fact]
    public void StartProcess_OneTraceInTheBatch_ContinuesItAndLinksEveryRecord()
    {
        using var request = new Activity("request").Start();
        request.TraceStateString = "vendor=1";
        var (first, firstContext) = Publish();
        var (second, secondContext) = Publish();
        request.Stop();

        using var batch = KafkaTracing.StartProcess(Topic, Batch(first, second));

        Assert.NotNull(batch);
        Assert.Equal(request.TraceId, batch.TraceId);
        Assert.Equal(firstContext.SpanId, batch.ParentSpanId);
        Assert.Equal("vendor=1", batch.TraceStateString);
        Assert.Equal([firstContext.SpanId, secondContext.SpanId], batch.Links.Select(link => link.Context.SpanId));
        Assert.Equal(2, batch.GetTagItem("messaging.batch.message_count"));
    }

    [Fact]
    public void StartProcess_TwoTracesInTheBatch_StartsItsOwnAndLinksBoth()
    {
        var (first, firstContext) = Publish();
        var (second, secondContext) = Publish();

        using var batch = KafkaTracing.StartProcess(Topic, Batch(first, second));

        Assert.NotNull(batch);
        Assert.Equal(default, batch.ParentSpanId);
        Assert.Equal([firstContext.TraceId, secondContext.TraceId], batch.Links.Select(link => link.Context.TraceId));
    }

    [Fact]
    public void StartProcess_RecordsWithoutOrWithBrokenContext_AreCountedAndNotLinked()
    {
        var broken = new Headers { { "traceparent", [0xff, 0x00] } };

        using var batch = KafkaTracing.StartProcess(Topic, Batch(new Headers(), broken, null, new Headers { { "traceparent", null } }));

        Assert.NotNull(batch);
        Assert.Empty(batch.Links);
        Assert.Equal(4, batch.GetTagItem("messaging.batch.message_count"));
    }

    [Fact]
    public void StartProcess_ManyTraces_LinksAreBoundedAndAllRecordsCounted()
    {
        var records = Enumerable.Range(0, KafkaTracing.MaxLinks + 20).Select(_ => Publish().Headers).ToArray();

        using var batch = KafkaTracing.StartProcess(Topic, Batch(records));

        Assert.NotNull(batch);
        Assert.Equal(KafkaTracing.MaxLinks, batch.Links.Count());
        Assert.Equal(records.Length, batch.GetTagItem("messaging.batch.message_count"));
    }

    [Fact]
    public void StartProcess_ManyRecordsOfOneRequest_AreOneLink()
    {
        var (headers, context) = Publish();

        using var batch = KafkaTracing.StartProcess(Topic, Batch(headers, headers, new Headers(), headers));

        Assert.NotNull(batch);
        Assert.Equal((context.SpanId, 4), (Assert.Single(batch.Links).Context.SpanId, batch.GetTagItem("messaging.batch.message_count")));
    }

    private static BatchTraces Batch(params Headers?[] records)
    {
        var batch = new BatchTraces();
        foreach (var headers in records)
            batch.Add(headers);
        return batch;
    }

    private static (Headers Headers, ActivityContext Context) Publish()
    {
        var headers = new Headers();
        using var span = KafkaTracing.StartPublish(Topic, headers);
        Assert.NotNull(span);
        return (headers, span.Context);
    }
}
