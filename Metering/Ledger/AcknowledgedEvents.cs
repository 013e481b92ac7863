using System.Runtime.InteropServices;
using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Ledger;

/// <summary>
/// How many events this process has answered with 2xx, per tenant and minute of ingest (the minute that the sink books them under). Counted in memory
/// and written as totals under an id of the process's own, so that a write whose result is unknown can be repeated.
/// </summary>
/// <remarks>
/// What a killed process had not written yet is missing here, and what was answered with 503 and arrived all the same is not in it: of a minute that
/// is over, acknowledged is at most received. More would mean that events were lost.
/// </remarks>
public sealed class AcknowledgedEvents(NpgsqlDataSource dataSource, TimeProvider clock)
{
    /// <summary>The most tenants and minutes that are kept, some 100 bytes each; beyond it the oldest are given up.</summary>
    public const int MaxRows = 200_000;

    // greatest: whichever of two attempts arrives last, the later total stays.
    private const string Sql = """
        insert into acknowledged as a (tenant_id, minute, instance, events)
        select tenant_id, minute, @instance, events from unnest(@tenants, @minutes, @events) as t (tenant_id, minute, events)
        on conflict (tenant_id, minute, instance) do update set events = greatest(a.events, excluded.events)
        """;

    // An acknowledgement follows its event's ingest within 10 s: a minute that ended longer ago gets no more.
    private static readonly TimeSpan SettledAfter = TimeSpan.FromMinutes(2);

    private readonly Lock _lock = new();
    private readonly Dictionary<Row, Count> _counts = [];

    /// <summary>Names this process in the table.</summary>
    public Guid Instance { get; } = Guid.CreateVersion7();

    public void Add(Ulid tenantId, DateTimeOffset ingestedAt, int events)
    {
        var row = new Row(tenantId.ToUuid(), Minute.Of(ingestedAt));
        lock (_lock)
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, row, out _).Total += events;
    }

    /// <summary>Writes what changed since it was written last; what can't be written stays for the next call. Not to be called twice at once.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var changed = Changed();
        if (changed.Count > 0)
        {
            await using var command = dataSource.CreateCommand(Sql);
            command.Parameters.AddWithValue("instance", Instance);
            command.Parameters.Add(SqlArray.Of("tenants", NpgsqlDbType.Uuid, changed, row => row.Key.TenantId));
            command.Parameters.Add(SqlArray.Of("minutes", NpgsqlDbType.TimestampTz, changed, row => row.Key.Minute));
            command.Parameters.Add(SqlArray.Of("events", NpgsqlDbType.Bigint, changed, row => row.Value.Total));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        Settle(changed);
    }

    /// <summary>Gives up the oldest counts when too many wait for a database that is away: a bounded memory is worth more than full books.</summary>
    /// <returns>How many events are missing from the books now.</returns>
    public long Trim()
    {
        lock (_lock)
        {
            var missing = 0L;
            foreach (var (row, count) in _counts.OrderBy(row => row.Key.Minute).Take(_counts.Count - MaxRows).ToList())
            {
                missing += count.Total - count.Written;
                _counts.Remove(row);
            }

            return missing;
        }
    }

    private List<KeyValuePair<Row, Count>> Changed()
    {
        lock (_lock)
            return [.. _counts.Where(row => row.Value.Total != row.Value.Written)];
    }

    private void Settle(List<KeyValuePair<Row, Count>> written)
    {
        var settled = clock.GetUtcNow() - SettledAfter;
        lock (_lock)
        {
            foreach (var (row, count) in written)
                _counts[row] = _counts[row] with { Written = count.Total };
            foreach (var (row, _) in _counts.Where(row => row.Key.Minute < settled && row.Value.Total == row.Value.Written).ToList())
                _counts.Remove(row);
        }
    }

    private readonly record struct Row(Guid TenantId, DateTimeOffset Minute);

    /// <summary>What was counted, and the part of it that is in the table.</summary>
    private record struct Count(long Total, long Written);
}
