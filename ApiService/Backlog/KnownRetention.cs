using CloudNative.Metering.Events;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Backlog;

/// <summary>What the broker keeps, as it last told; the configuration goes before it. A broker that fails to tell does not make it unknown again.</summary>
internal sealed partial class KnownRetention(IOptions<BacklogOptions> options, TimeProvider clock, ILogger<KnownRetention> logger)
{
    // The topic's settings can be changed while it runs.
    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(10);

    private TopicRetention? _told;
    private long? _askedAt;
    private bool _isSilent;

    /// <summary>The topic may be another one: it is asked again.</summary>
    public void Expire() => _askedAt = null;

    /// <param name="askAsync">Asks the broker.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TopicRetention> ReadAsync(Func<CancellationToken, Task<TopicRetention>> askAsync, CancellationToken cancellationToken)
    {
        if (_askedAt is not { } askedAt || clock.GetElapsedTime(askedAt) >= KnownFor)
        {
            await TellAsync(askAsync, cancellationToken);
            _askedAt = clock.GetTimestamp();
        }

        var told = _told ?? TopicRetention.Unknown;
        return told with { Bytes = options.Value.RetentionBytes ?? told.Bytes, Time = options.Value.RetentionTime ?? told.Time };
    }

    private async Task TellAsync(Func<CancellationToken, Task<TopicRetention>> askAsync, CancellationToken cancellationToken)
    {
        try
        {
            _told = await askAsync(cancellationToken);
            if (_isSilent)
                LogTold(UsageEventTopic.Name);
            _isSilent = false;
        }
        catch (DescribeConfigsException e)
        {
            if (!_isSilent && _told is null)
                LogUnknown(UsageEventTopic.Name, e.Results[0].Error.Reason);
            else if (!_isSilent)
                LogKept(UsageEventTopic.Name, e.Results[0].Error.Reason);
            _isSilent = true;
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "Kafka does not tell how long it keeps records of '{Topic}' ({Reason}): set Backlog:RetentionBytes and Backlog:RetentionTime, or allow DescribeConfigs. "
        + "Until then events are taken even when they would be deleted before they are counted")]
    private partial void LogUnknown(string topic, string reason);

    [LoggerMessage(2, LogLevel.Warning, "Kafka does not tell how long it keeps records of '{Topic}' ({Reason}): what it told last holds")]
    private partial void LogKept(string topic, string reason);

    [LoggerMessage(3, LogLevel.Information, "Kafka tells how long it keeps records of '{Topic}' again")]
    private partial void LogTold(string topic);
}
