using System.Text.Json.Serialization;
using CloudNative.Metering.Database;
using CloudNative.Metering.Rollups;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Ledger;

/// <summary>Both sides of the books of one window, by the time of ingest, and how they compare, minute by minute: one minute's surplus hides no other's loss.</summary>
/// <param name="WindowStart">Inclusive.</param>
/// <param name="WindowEnd">Exclusive.</param>
/// <param name="Acknowledged">Events that the API answered with 2xx.</param>
/// <param name="Counts">What the sink made of what it received.</param>
/// <param name="Missing">Acknowledged and not received, in minutes of which nothing is left in the log. Never to be seen: these events are lost.</param>
/// <param name="Pending">Acknowledged and not received, in minutes of which records may still wait in the log.</param>
/// <param name="Unacknowledged">Received and not acknowledged: the answer was no 2xx, or the process that gave it was killed within the next second.</param>
public sealed record LedgerRow(
    DateTimeOffset WindowStart, DateTimeOffset WindowEnd, long Acknowledged, LedgerCounts Counts, long Missing, long Pending, long Unacknowledged)
{
    public LedgerState State => this switch
    {
        { Missing: > 0 } => LedgerState.Missing,
        { Pending: > 0 } => LedgerState.Pending,
        { Unacknowledged: > 0 } => LedgerState.Unacknowledged,
        _ => LedgerState.Balanced,
    };
}

/// <summary>How the two sides compare, from the best to the worst.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<LedgerState>))]
public enum LedgerState
{
    /// <summary>Every minute has as many received events as acknowledged ones.</summary>
    [JsonStringEnumMemberName("balanced")] Balanced,

    /// <summary>More was received than acknowledged: normal after timeouts, killed processes, and records of other producers.</summary>
    [JsonStringEnumMemberName("unacknowledged")] Unacknowledged,

    /// <summary>More was acknowledged than received so far.</summary>
    [JsonStringEnumMemberName("pending")] Pending,

    /// <summary>More was acknowledged than received, and nothing is left in the log.</summary>
    [JsonStringEnumMemberName("missing")] Missing,
}

/// <summary>Reads the books of a tenant.</summary>
public sealed class LedgerQuery(NpgsqlDataSource dataSource)
{
    /// <summary>A record reaches the log within 10 s of its ingest, and the API writes its side every second.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private static readonly string TenantSql = Sql("tenant_id = @tenant and minute >= @from and minute < @to");
    private static readonly string EverybodySql = Sql("minute >= @from and minute < @to");

    /// <summary>Windows without events give no row. MINUTE, HOUR and DAY only, in UTC.</summary>
    /// <param name="tenantId">Whose books.</param>
    /// <param name="from">Inclusive, by the minute.</param>
    /// <param name="to">Exclusive, by the minute.</param>
    /// <param name="window">The length of a row.</param>
    /// <param name="countedUntil">Everything that stood in the log at this time is counted; null when that is not known, and nothing is called missing.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<IReadOnlyList<LedgerRow>> RunAsync(
        Ulid tenantId, DateTimeOffset from, DateTimeOffset to, WindowSize window, DateTimeOffset? countedUntil, CancellationToken cancellationToken)
    {
        var (unit, length) = window switch
        {
            WindowSize.Minute => ("minute", TimeSpan.FromMinutes(1)),
            WindowSize.Hour => ("hour", TimeSpan.FromHours(1)),
            WindowSize.Day => ("day", TimeSpan.FromDays(1)),
            _ => throw new ArgumentOutOfRangeException(nameof(window), window, "The ledger is kept by MINUTE, HOUR and DAY."),
        };
        await using var command = dataSource.CreateCommand(TenantSql);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        AddParameters(command, unit, from, to, countedUntil);
        var rows = new List<LedgerRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(Read(reader, length));
        return rows;
    }

    /// <summary>One hour of all tenants that have books in it, as <see cref="RunAsync"/> would tell each of them.</summary>
    internal static async Task<IReadOnlyDictionary<Ulid, LedgerRow>> HourAsync(
        NpgsqlConnection connection, DateTimeOffset hour, DateTimeOffset? countedUntil, CancellationToken cancellationToken)
    {
        var length = TimeSpan.FromHours(1);
        await using var command = new NpgsqlCommand(EverybodySql, connection);
        AddParameters(command, "hour", hour, hour + length, countedUntil);
        var rows = new Dictionary<Ulid, LedgerRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(reader.GetGuid(11).ToUlid(), Read(reader, length));
        return rows;
    }

    private static string Sql(string rows) => $"""
        with minutes as (
            select tenant_id, minute, sum(acknowledged)::bigint as acknowledged, sum(received)::bigint as received, sum(counted)::bigint as counted,
                   sum(duplicates)::bigint as duplicates, sum(different_payload)::bigint as different_payload,
                   sum(unmatched)::bigint as unmatched, sum(dead_lettered)::bigint as dead_lettered
            from (
                select tenant_id, minute, events as acknowledged, 0 as received, 0 as counted, 0 as duplicates, 0 as different_payload, 0 as unmatched, 0 as dead_lettered
                from acknowledged where {rows}
                union all
                select tenant_id, minute, 0, received, counted, duplicates, different_payload, unmatched, dead_lettered
                from ledger where {rows}
            ) as sides
            group by tenant_id, minute
        )
        select date_trunc(@unit, minute, 'UTC') as window_start, sum(acknowledged)::bigint,
               sum(received)::bigint, sum(counted)::bigint, sum(duplicates)::bigint, sum(different_payload)::bigint, sum(unmatched)::bigint, sum(dead_lettered)::bigint,
               coalesce(sum(greatest(acknowledged - received, 0)) filter (where minute < @settled), 0)::bigint,
               coalesce(sum(greatest(acknowledged - received, 0)) filter (where minute < @settled is not true), 0)::bigint,
               sum(greatest(received - acknowledged, 0))::bigint, tenant_id
        from minutes
        group by tenant_id, window_start
        order by window_start
        """;

    private static void AddParameters(NpgsqlCommand command, string unit, DateTimeOffset from, DateTimeOffset to, DateTimeOffset? countedUntil)
    {
        command.Parameters.AddWithValue("unit", unit);
        command.Parameters.AddWithValue("from", from);
        command.Parameters.AddWithValue("to", to);
        // The first minute that is not over and counted for certain.
        command.Parameters.Add(SqlOptional.Of("settled", NpgsqlDbType.TimestampTz, countedUntil is { } until ? Minute.Of(until - Settling) : null));
    }

    private static LedgerRow Read(NpgsqlDataReader reader, TimeSpan length)
    {
        var start = reader.GetFieldValue<DateTimeOffset>(0);
        var counts = new LedgerCounts(
            reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(6), reader.GetInt64(7)) { DifferentPayload = reader.GetInt64(5) };
        return new LedgerRow(start, start + length, reader.GetInt64(1), counts, reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10));
    }
}
