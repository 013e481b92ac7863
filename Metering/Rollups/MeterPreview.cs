using System.Data;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Rollups;

/// <summary>How far a preview looks.</summary>
/// <param name="MaxScanned">Stored events of the tenant that are looked at, of any type.</param>
/// <param name="Patience">For so long they are read.</param>
public sealed record PreviewLimits(int MaxScanned, TimeSpan Patience)
{
    public static PreviewLimits Default { get; } = new(200_000, TimeSpan.FromSeconds(3));
}

/// <summary>What a definition would make of the stored events.</summary>
/// <param name="Rows">The answer, in its order.</param>
/// <param name="Scanned">Stored events that were looked at, of any type.</param>
/// <param name="Counted">Of those, what the meter would count.</param>
/// <param name="Ignored">Events of its type that it would not count, by reason, the most frequent first.</param>
/// <param name="IsPartial">Only the newest events were looked at.</param>
/// <param name="LookedBackTo">The time of the oldest event that was looked at; null when there was none.</param>
public sealed record Preview(
    IReadOnlyList<UsageRow> Rows, long Scanned, long Counted, IReadOnlyList<IgnoredEvents> Ignored, bool IsPartial, DateTimeOffset? LookedBackTo);

/// <summary>Events that a meter would not count, for one reason.</summary>
/// <param name="Reason">Why, in words.</param>
/// <param name="Events">How many.</param>
/// <param name="Source">Source of the newest of them.</param>
/// <param name="Id">Id of the newest of them.</param>
public sealed record IgnoredEvents(string Reason, long Events, string Source, string Id);

/// <summary>
/// Answers a query for a meter that does not exist, from the stored events: newest first, by the code that counts, and only so many and for so long, because
/// nobody has counted them yet.
/// </summary>
public sealed class MeterPreview(NpgsqlDataSource dataSource, RollupQuery rollups, PreviewLimits limits, TimeProvider clock)
{
    private const int PageSize = 5_000;

    // Events of other types, too, but without their bytes: so that a page ends in time however rare the meter's type is.
    private const string ScanSql = """
        declare events no scroll cursor for
        select time, ingested_at, stream_id, partition, "offset", case when wanted then subject end, case when wanted then event end, source, id
        from (
            select *, type = @type and (cardinality(@subjects) = 0 or subject = any (@subjects)) as wanted
            from usage_events
            where tenant_id = @tenant and (@from is null or time >= @from) and (@to is null or time < @to)
        ) as scanned
        order by time desc
        """;

    public async Task<Preview> RunAsync(Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await DeclareAsync(connection, meter, query, cancellationToken);
        var scan = new Scan(new CountingMeter(meter));
        var started = clock.GetTimestamp();
        var isComplete = false;
        while (!isComplete && scan.Scanned < limits.MaxScanned && clock.GetElapsedTime(started) < limits.Patience)
        {
            var page = Math.Min(PageSize, limits.MaxScanned - (int)scan.Scanned);
            isComplete = await scan.FetchAsync(connection, page, cancellationToken) < page;
        }

        var edges = new RangeEdges(null, null, RangeEdges.RowsOf(scan.Deltas));
        var rows = await rollups.AnswerAsync(connection, meter, query, edges, cancellationToken);
        return new Preview(rows, scan.Scanned, scan.Counted, scan.Ignored, !isComplete, scan.Oldest);
    }

    private static async Task DeclareAsync(NpgsqlConnection connection, Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        var declare = new NpgsqlBatchCommand(ScanSql);
        declare.Parameters.AddWithValue("tenant", meter.TenantId.ToUuid());
        declare.Parameters.AddWithValue("type", meter.EventType);
        declare.Parameters.AddWithValue("subjects", query.Subjects.ToArray());
        declare.Parameters.Add(SqlOptional.Of("from", NpgsqlDbType.TimestampTz, query.From));
        declare.Parameters.Add(SqlOptional.Of("to", NpgsqlDbType.TimestampTz, query.To));
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(UsageEventList.FirstRowsSql), declare } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed class Scan(CountingMeter meter)
    {
        private readonly Dictionary<string, IgnoredEvents> _ignored = [];

        public RollupDeltas Deltas { get; } = new();

        public long Scanned { get; private set; }

        public long Counted { get; private set; }

        public DateTimeOffset? Oldest { get; private set; }

        public IReadOnlyList<IgnoredEvents> Ignored => [.. _ignored.Values.OrderByDescending(ignored => ignored.Events).ThenBy(ignored => ignored.Reason, StringComparer.Ordinal)];

        /// <summary>How many rows there were.</summary>
        public async Task<int> FetchAsync(NpgsqlConnection connection, int page, CancellationToken cancellationToken)
        {
            await using var fetch = new NpgsqlCommand($"fetch {page} from events", connection);
            await using var reader = await fetch.ExecuteReaderAsync(cancellationToken);
            var rows = 0;
            for (; await reader.ReadAsync(cancellationToken); rows++)
            {
                Oldest = reader.GetFieldValue<DateTimeOffset>(0);
                if (!reader.IsDBNull(5))
                    Count(reader);
            }

            Scanned += rows;
            return rows;
        }

        private void Count(NpgsqlDataReader reader)
        {
            var order = new EventOrder(
                reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt64(4));
            using var data = StoredEventData.Parse(reader.GetFieldValue<byte[]>(6));
            if (meter.TryCount(reader.GetString(5), order.Time, data?.RootElement ?? default, out var contribution, out var reason))
            {
                Deltas.Add(contribution, order);
                Counted++;
            }
            else
            {
                var known = _ignored.GetValueOrDefault(reason) ?? new IgnoredEvents(reason, 0, reader.GetString(7), reader.GetString(8));
                _ignored[reason] = known with { Events = known.Events + 1 };
            }
        }
    }
}
