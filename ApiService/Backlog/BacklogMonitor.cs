using CloudNative.ApiService.Ledger;
using CloudNative.Metering.Events;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using OpenTelemetry;

namespace CloudNative.ApiService.Backlog;

/// <summary>Looks every second at how much waits to be counted, and opens and closes the gates accordingly.</summary>
internal sealed partial class BacklogMonitor(
    BacklogReader reader, EventBacklog backlog, CountedUntil counted, KafkaStatistics statistics, TimeProvider clock, ILogger<BacklogMonitor> logger)
    : BackgroundService
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>What a record is taken to need as long as this process has sent none.</summary>
    public const double DefaultRecordBytes = 1024;

    /// <summary>The alarm ends below this share.</summary>
    private const double CalmAt = 0.2;

    private StreamIdentity? _stream;
    private bool _isBlind;
    private bool _isAlarmed;
    private bool _isRefusing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // No traces of what happens every second.
        using var untraced = SuppressInstrumentationScope.Begin();
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            do
                await LookAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var left = backlog.Partitions.Select(partition => partition.Gate.Left).ToList();
            var time = clock.GetUtcNow();
            var facts = await reader.ReadAsync(cancellationToken);
            if (facts.Stream != _stream || facts.Log.Count != left.Count)
            {
                backlog.Open(facts.Log.Count);
                left = [.. new LeftGate[facts.Log.Count]];
                _stream = facts.Stream;
            }

            Observe(facts, left);
            var ends = facts.Log.OfType<PartitionLog>().Select(partition => partition.High).ToList();
            var isComplete = ends.Count == facts.Log.Count;
            if (facts.IsCountedKnown && isComplete)
                counted.Observe(facts.Stream, time, facts.First, ends);
            backlog.Looked();
            See(isComplete ? null : $"{facts.Log.Count - ends.Count} of {facts.Log.Count} partitions have no leader");
        }
        catch (KafkaException e)
        {
            // The gates stay as they are: a broker that doesn't answer takes no records either.
            See(e.Error.Reason);
        }
    }

    private void See(string? blindBecause)
    {
        if (blindBecause is not null && !_isBlind)
            LogBlind(blindBecause);
        _isBlind = blindBecause is not null;
    }

    private void Observe(BacklogFacts facts, List<LeftGate> left)
    {
        var recordBytes = statistics.ProducedRecordBytes(UsageEventTopic.Name) ?? DefaultRecordBytes;
        Judge(facts.Kept);
        // The gate of a partition without a leader stays as it is, too: closed, if it was never looked at.
        foreach (var (partition, _, end) in facts.Log.OfType<PartitionLog>())
            backlog.Partitions[partition].Observe(facts.First[partition], end, facts.AgeShares[partition], recordBytes, facts.Kept.Bytes, left[partition]);
        Tell();
    }

    private void Judge(TopicRetention kept)
    {
        var before = backlog.Kept;
        backlog.Keep(kept);
        if (kept.Fault is { } fault && fault != before.Fault)
            LogUnfit(fault);
        else if (kept.Fault is null && before.Fault is not null)
            LogFit();
        if (kept.Warning is { } warning && warning != before.Warning)
            LogRisk(warning);
    }

    private void Tell()
    {
        var (share, wasAlarmed, wasRefusing) = (backlog.Share, _isAlarmed, _isRefusing);
        _isAlarmed = share >= (wasAlarmed ? CalmAt : PartitionPressure.AlarmAt);
        _isRefusing = backlog.IsRefusing;
        if (_isRefusing && !wasRefusing)
            LogRefuses(share);
        else if (wasRefusing && !_isRefusing)
            LogTakesAgain(share);
        else if (_isAlarmed && !wasAlarmed)
            LogAlarm(share, PartitionPressure.RefuseAt);
        else if (wasAlarmed && !_isAlarmed)
            LogCalm(share);
    }

    [LoggerMessage(1, LogLevel.Error,
        "Events that are not counted fill {Share:P0} of what Kafka keeps; from {RefuseAt:P0} on requests are refused. Is the ingest service running, and fast enough?")]
    private partial void LogAlarm(double share, double refuseAt);

    [LoggerMessage(2, LogLevel.Critical,
        "Requests are refused: events that are not counted fill {Share:P0} of what Kafka keeps, and it would delete them uncounted")]
    private partial void LogRefuses(double share);

    [LoggerMessage(3, LogLevel.Warning, "Requests are taken again: events that are not counted fill {Share:P0} of what Kafka keeps")]
    private partial void LogTakesAgain(double share);

    [LoggerMessage(4, LogLevel.Information, "Counting has caught up: what is not counted fills {Share:P0} of what Kafka keeps")]
    private partial void LogCalm(double share);

    [LoggerMessage(5, LogLevel.Warning, "How much waits to be counted is unknown, because Kafka does not answer: {Reason}")]
    private partial void LogBlind(string reason);

    [LoggerMessage(6, LogLevel.Critical, "Requests are refused: {Fault}")]
    private partial void LogUnfit(string fault);

    [LoggerMessage(7, LogLevel.Warning, "Requests are taken again: the topic's settings keep what is not counted")]
    private partial void LogFit();

    [LoggerMessage(8, LogLevel.Warning, "{Warning}")]
    private partial void LogRisk(string warning);
}
