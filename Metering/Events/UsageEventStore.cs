using CloudNative.Metering.Database;
using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Events;

/// <summary>
/// Counts records exactly once, in ONE transaction: fence the offsets, insert the events that are new, add only those to the rollups, write the
/// books, commit. Whatever interrupts it, either all of that happened or nothing did, and the offset tells which.
/// One store belongs to one consumer: it is not safe for use by two threads at once.
/// </summary>
public sealed class UsageEventStore(NpgsqlDataSource dataSource)
{
    private const int MaxAttempts = 10;
    private const int MaxKnownSeries = 500_000;

    private const string InsertSql = """
        insert into usage_events (key, tenant_id, time, ingested_at, stream_id, partition, "offset", type, subject, source, id, event)
        select * from unnest(
            @keys, @tenants, @times, @ingested, @streams, @partitions, @offsets, @types, @subjects, @sources, @ids, @events)
        on conflict (key) do nothing
        returning key
        """;

    private readonly MeterStarts _starts = new();
    private readonly HashSet<Guid> _knownSeries = [];
    private MeterCatalog? _catalog;

    /// <summary>Reads the catalog before it is needed: the first event then does not wait for it (measured: 1.0 s to the browser instead of 0.2 s).</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        _catalog = await MeterCatalog.LoadAsync(connection, null, cancellationToken);
    }

    /// <summary>Stores the batches of any partitions of one stream. Deadlocks and serialisation failures are tried again; what else fails is thrown, and nothing of it is stored.</summary>
    public async Task<StoreResult> StoreAsync(IReadOnlyCollection<PartitionBatch> batches, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await StoreOnceAsync(batches, cancellationToken);
            }
            catch (PostgresException e) when (attempt < MaxAttempts
                && e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected)
            {
                // The other transaction won; this one is tried again from its start.
            }
        }
    }

    private async Task<StoreResult> StoreOnceAsync(IReadOnlyCollection<PartitionBatch> batches, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var owned = await IngestOffsets.AdvanceAsync(connection, batches, cancellationToken);
        var ours = batches.Where(batch => owned.Contains(batch.Claim.Partition)).ToList();
        if (ours.Count == 0)
            return await ResultAsync(connection, batches, ours, default, cancellationToken);

        var catalog = await CatalogAsync(connection, transaction, cancellationToken);
        var counting = new CountingBatch(catalog);
        ours.ForEach(counting.Add);
        counting.Count(await InsertAsync(connection, counting.Pending, cancellationToken));
        var starts = _starts.Missing(catalog, ours);
        await WriteAsync(connection, counting, starts, cancellationToken);
        var result = await ResultAsync(connection, batches, ours, counting.Ledger.Total, cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        _starts.Remember(catalog, ours);
        Remember(counting.Rollups.Series);
        return result;
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

    private async Task<MeterCatalog> CatalogAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(MeterCatalog.VersionSql, connection, transaction);
        var version = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
        if (_catalog?.Version != version)
            _catalog = await MeterCatalog.LoadAsync(connection, transaction, cancellationToken);
        return _catalog;
    }

    private static async Task<HashSet<Guid>> InsertAsync(
        NpgsqlConnection connection, IReadOnlyList<PendingEvent> events, CancellationToken cancellationToken)
    {
        var inserted = new HashSet<Guid>(events.Count);
        if (events.Count == 0)
            return inserted;

        await using var command = new NpgsqlCommand(InsertSql, connection)
        {
            Parameters =
            {
                SqlArray.Of("keys", NpgsqlDbType.Uuid, events, pending => pending.Key),
                SqlArray.Of("tenants", NpgsqlDbType.Uuid, events, pending => pending.Record.TenantId.ToUuid()),
                SqlArray.Of("times", NpgsqlDbType.TimestampTz, events, pending => pending.Time),
                SqlArray.Of("ingested", NpgsqlDbType.TimestampTz, events, pending => pending.Record.IngestedAt),
                SqlArray.Of("streams", NpgsqlDbType.Integer, events, pending => pending.Claim.StreamId),
                SqlArray.Of("partitions", NpgsqlDbType.Integer, events, pending => pending.Claim.Partition),
                SqlArray.Of("offsets", NpgsqlDbType.Bigint, events, pending => pending.Record.Offset),
                SqlArray.Of("types", NpgsqlDbType.Text, events, pending => pending.Event.Type),
                SqlArray.Of("subjects", NpgsqlDbType.Text, events, pending => pending.Event.Subject),
                SqlArray.Of("sources", NpgsqlDbType.Text, events, pending => pending.Event.Source),
                SqlArray.Of("ids", NpgsqlDbType.Text, events, pending => pending.Event.Id),
                SqlArray.Of("events", NpgsqlDbType.Bytea, events, pending => pending.Event.Json.ToArray()),
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            inserted.Add(reader.GetGuid(0));
        return inserted;
    }

    private async Task WriteAsync(
        NpgsqlConnection connection, CountingBatch counting, IReadOnlyCollection<MeterStart> starts, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (starts.Count > 0)
            batch.BatchCommands.Add(MeterStarts.Command(starts));

        var newSeries = counting.Rollups.Series.Where(series => !_knownSeries.Contains(series.Key)).OrderBy(series => series.Key).ToList();
        if (newSeries.Count > 0)
            batch.BatchCommands.Add(RollupWriter.SeriesCommand(newSeries));
        if (counting.Rollups.Rows is { Count: > 0 } rows)
            batch.BatchCommands.Add(RollupWriter.RollupsCommand(rows));
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
