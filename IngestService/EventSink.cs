using System.Text.Json;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Ledger;
using Npgsql;

namespace CloudNative.IngestService;

/// <summary>
/// Hands batches to the store until they are stored: waits for a database that is away, and finds the one record that the database refuses, so that
/// it becomes a dead letter and its partition goes on.
/// </summary>
internal sealed partial class EventSink(UsageEventStore store, IngestProgress progress, TimeProvider clock, ILogger<EventSink> logger)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(5);

    public async Task<StoreResult> StoreAsync(IReadOnlyList<PartitionBatch> batches, CancellationToken cancellationToken)
    {
        try
        {
            return await StoreWhenPossibleAsync(batches, cancellationToken);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            return await IsolateAsync(batches, e, cancellationToken);
        }
    }

    /// <summary>Makes the store ready for its first batch.</summary>
    public Task PrepareAsync(CancellationToken cancellationToken) => WhenPossibleAsync(
        async token =>
        {
            await store.PrepareAsync(token);
            return true;
        },
        _ => true,
        cancellationToken);

    private Task<StoreResult> StoreWhenPossibleAsync(IReadOnlyList<PartitionBatch> batches, CancellationToken cancellationToken) =>
        WhenPossibleAsync(token => store.StoreAsync(batches, token), e => !IsRefusal(e), cancellationToken);

    private async Task<T> WhenPossibleAsync<T>(Func<CancellationToken, Task<T>> action, Func<Exception, bool> mayPass, CancellationToken cancellationToken)
    {
        for (var delay = FirstDelay; ; delay = delay * 2 < MaxDelay ? delay * 2 : MaxDelay)
        {
            try
            {
                return await action(cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException && mayPass(e))
            {
                // Whether a lost commit had happened is resolved by the next attempt: the fence then finds the offset moved.
                progress.Failed(e.Message);
                LogAway(e, delay.TotalMilliseconds);
                await Task.Delay(delay, clock, cancellationToken);
            }
        }
    }

    /// <summary>Halves the batch until the record that is refused stands alone.</summary>
    private async Task<StoreResult> IsolateAsync(IReadOnlyList<PartitionBatch> batches, Exception cause, CancellationToken cancellationToken)
    {
        if (batches is [{ Records: [var record] } batch])
        {
            LogRefused(cause, batch.Claim.Partition, record.Offset);
            var rejected = record with { Event = null, Rejection = new Rejection(DeadLetterReason.StoreRefused, cause.Message) };
            return await WhenPossibleAsync(token => store.StoreAsync([batch with { Records = [rejected] }], token), _ => true, cancellationToken);
        }

        var (first, second) = Halve(batches);
        return Merge(await StoreAsync(first, cancellationToken), await StoreAsync(second, cancellationToken));
    }

    private static (IReadOnlyList<PartitionBatch> First, IReadOnlyList<PartitionBatch> Second) Halve(IReadOnlyList<PartitionBatch> batches)
    {
        if (batches.Count > 1)
            return ([.. batches.Take(batches.Count / 2)], [.. batches.Skip(batches.Count / 2)]);

        var batch = batches[0];
        var middle = batch.Records.Count / 2;
        var border = batch.Records[middle].Offset;
        return (
            [batch with { End = border, Records = [.. batch.Records.Take(middle)] }],
            [batch with { Claim = batch.Claim with { NextOffset = border }, Records = [.. batch.Records.Skip(middle)] }]);
    }

    private static StoreResult Merge(StoreResult first, StoreResult second) => new(
        LedgerCounts.Add(first.Counts, second.Counts), [.. first.Lost.Union(second.Lost)], [.. first.AlreadyStored.Union(second.AlreadyStored)]);

    /// <summary>
    /// What the records themselves are to blame for: PostgreSQL's classes 22 (data exception), 23 (constraint) and 54 (a limit of the program), and what
    /// can't be turned into a parameter. All else is a fault around them, and waits: an event must not become a dead letter because a server was away.
    /// </summary>
    private static bool IsRefusal(Exception e) => e switch
    {
        // A unique violation is another transaction's same event, not this record's fault.
        PostgresException refused => refused.SqlState != PostgresErrorCodes.UniqueViolation && refused.SqlState[..2] is "22" or "23" or "54",
        ArgumentException or OverflowException or FormatException or JsonException => true,
        _ => false,
    };

    [LoggerMessage(1, LogLevel.Warning, "The store does not do its part; it is asked again in {Delay} ms")]
    private partial void LogAway(Exception exception, double delay);

    [LoggerMessage(2, LogLevel.Error, "PostgreSQL refuses the record at partition {Partition}, offset {Offset}: it becomes a dead letter")]
    private partial void LogRefused(Exception exception, int partition, long offset);
}
