using CloudNative.Metering.Database;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Segments;
using Npgsql;

namespace CloudNative.Metering.Events;

/// <summary>
/// Counts records exactly once, in ONE transaction: fence the offsets, insert the events that are new, add only those to the rollups, write the
/// books, commit. Whatever interrupts it, either all of that happened or nothing did, and the offset tells which.
/// One store belongs to one consumer: it is not safe for use by two threads at once. Stores of one process may share <paramref name="storedKeys"/>.
/// </summary>
public sealed class UsageEventStore(NpgsqlDataSource dataSource, StoredKeys storedKeys)
{
    private const int MaxAttempts = 10;
    private const int MaxKnownSeries = 500_000;

    // After the lock and the fence: what they waited for is seen.
    private const string ReadSql = """
        select version, id from meter_catalog, event_segments where opened_at is not null and closed_at is null
        """;

    private readonly HashSet<Guid> _knownSeries = [];
    private MeterCatalog? _catalog;

    /// <summary>Reads the catalog before it is needed: the first event then does not wait for it (measured: 1.0 s to the browser instead of 0.2 s).</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        _catalog = await MeterCatalog.LoadAsync(connection, null, cancellationToken);
        await storedKeys.ClosedAsync(connection, _catalog.Version, DateTimeOffset.MaxValue, cancellationToken);
    }

    /// <summary>
    /// Stores the batches of any partitions of one stream. What two transactions can do to each other (a deadlock, the same new event in both, a segment
    /// that is dropped) is tried again; what else fails is thrown, and nothing of it is stored.
    /// </summary>
    public async Task<StoreResult> StoreAsync(IReadOnlyCollection<PartitionBatch> batches, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StoreOnceAsync(batches, cancellationToken);
            }
            catch (PostgresException e) when (attempt < MaxAttempts && IsCollision(e))
            {
                // The other transaction won; this one is tried again from its start.
            }
        }
    }

    private static bool IsCollision(PostgresException exception) => exception.SqlState is PostgresErrorCodes.SerializationFailure
        or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.UndefinedTable;

    private async Task<StoreResult> StoreOnceAsync(IReadOnlyCollection<PartitionBatch> batches, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (owned, version, segment) = await BeginAsync(connection, batches, cancellationToken);
        var ours = batches.Where(batch => owned.Contains(batch.Claim.Partition)).ToList();
        if (ours.Count == 0)
            return await ResultAsync(connection, batches, ours, default, cancellationToken);

        if (_catalog?.Version != version)
            _catalog = await LoadAsync(connection, transaction, cancellationToken);
        var counting = new CountingBatch(_catalog, ours);
        counting.Count(await storedKeys.FindAsync(connection, version, segment, counting.Keys, cancellationToken));
        await EventWriter.WriteAsync(connection, segment, counting.New, cancellationToken);
        await WriteAsync(connection, counting, cancellationToken);
        var result = await ResultAsync(connection, batches, ours, counting.Ledger.Total, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        Remember(counting.Rollups.Series);
        return result;
    }

    /// <summary>Moves the offsets of what is still owned, and reads the catalog's version and the open segment, which stays open until the transaction ends.</summary>
    private static async Task<(HashSet<int> Owned, long Version, int Segment)> BeginAsync(
        NpgsqlConnection connection, IReadOnlyCollection<PartitionBatch> batches, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new(CountingLock.SharedSql), IngestOffsets.AdvanceCommand(batches), new(ReadSql) },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var owned = await IngestOffsets.ReadPartitionsAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (owned, reader.GetInt64(0), reader.GetInt32(1));
    }

    private static async Task<MeterCatalog> LoadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        try
        {
            return await MeterCatalog.LoadAsync(connection, transaction, cancellationToken);
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // A meter of a newer version: no record is to blame for it, so none may become a dead letter.
            throw new NotSupportedException("A meter can't be read by this version of the service.", e);
        }
    }

    private static async Task<StoreResult> ResultAsync(
        NpgsqlConnection connection, IReadOnlyCollection<PartitionBatch> batches, List<PartitionBatch> ours, LedgerCounts counts, CancellationToken cancellationToken)
    {
        var others = batches.Except(ours).ToList();
        if (others.Count == 0)
            return new StoreResult(counts, [], []);

        var stored = await IngestOffsets.AlreadyStoredAsync(connection, others, cancellationToken);
        var lost = others.Select(batch => batch.Claim.Partition).Where(partition => !stored.Contains(partition));
        return new StoreResult(counts, [.. lost], [.. stored]);
    }

    private async Task WriteAsync(NpgsqlConnection connection, CountingBatch counting, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        var newSeries = counting.Rollups.Series.Where(series => !_knownSeries.Contains(series.Key)).OrderBy(series => series.Key).ToList();
        if (newSeries.Count > 0)
            batch.BatchCommands.Add(RollupWriter.SeriesCommand(newSeries));
        foreach (var command in RollupWriter.Commands(counting.Rollups, hoursSince: DateTimeOffset.MinValue))
            batch.BatchCommands.Add(command);
        if (counting.DeadLetters.Count > 0)
            batch.BatchCommands.Add(DeadLetterWriter.Command(counting.DeadLetters));
        if (counting.Ledger.Total.Received > 0)
            batch.BatchCommands.Add(counting.Ledger.Command());
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private void Remember(IEnumerable<Series> series)
    {
        if (_knownSeries.Count > MaxKnownSeries)
            _knownSeries.Clear();
        _knownSeries.UnionWith(series.Select(known => known.Key));
    }
}
