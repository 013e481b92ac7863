using CloudNative.Metering.Events;
using Confluent.Kafka;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudNative.ApiService.Backlog;

/// <summary>
/// Up to where the log is counted, as well as it is known: what the database told last; while it was never reached, what the ingest services committed to
/// Kafka, which they do after the database; and while neither told, nothing is taken for counted. So it is never more than what is counted.
/// </summary>
internal sealed partial class KnownCounted(NpgsqlDataSource database, IOptions<BacklogOptions> options, ILogger<KnownCounted> logger)
{
    // A database that hangs must not keep the log from being looked at.
    private static readonly TimeSpan DatabasePatience = TimeSpan.FromSeconds(1);

    private IReadOnlyDictionary<int, long>? _counted;
    private bool _isSilent;

    /// <summary>Whether the database has told.</summary>
    public bool IsExact { get; private set; }

    /// <summary>The topic is another one: its offsets are, too.</summary>
    public void Forget() => (_counted, IsExact) = (null, false);

    /// <param name="stream">The topic's present incarnation.</param>
    /// <param name="askGroupAsync">Asks the broker what a group committed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ReadAsync(
        StreamIdentity stream, Func<string, CancellationToken, Task<IReadOnlyDictionary<int, long>>> askGroupAsync, CancellationToken cancellationToken)
    {
        if (await TryReadDatabaseAsync(stream, cancellationToken) || IsExact)
            return;

        try
        {
            _counted = await askGroupAsync(options.Value.GroupId, cancellationToken);
            _isSilent = false;
        }
        catch (KafkaException e)
        {
            if (!_isSilent && _counted is null)
                LogUnknown(options.Value.GroupId, e.Error.Reason);
            _isSilent = true;
        }
    }

    public long FirstUncounted(PartitionLog partition) =>
        partition.FirstUncounted(_counted?.GetValueOrDefault(partition.Partition, partition.Low) ?? partition.Low);

    private async Task<bool> TryReadDatabaseAsync(StreamIdentity stream, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(DatabasePatience);
        try
        {
            _counted = await CountedOffsets.ReadAsync(database, stream, patience.Token);
            return IsExact = true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            // Whoever needs the database says that it is away.
            return false;
        }
    }

    [LoggerMessage(1, LogLevel.Warning,
        "PostgreSQL is away since this process started, and Kafka does not tell what the consumer group '{Group}' committed ({Reason}): until one of them does, "
        + "all that the log holds is taken for not counted, and requests may be refused")]
    private partial void LogUnknown(string group, string reason);
}
