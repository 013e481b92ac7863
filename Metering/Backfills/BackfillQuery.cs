using System.Text.Json.Serialization;
using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Backfills;

/// <summary>Whether a meter has counted what was stored before its creation, or before its dimensions were changed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BackfillState>))]
public enum BackfillState
{
    /// <summary>Nothing was looked at yet.</summary>
    [JsonStringEnumMemberName("PENDING")] Pending,

    /// <summary>Part of it is counted.</summary>
    [JsonStringEnumMemberName("RUNNING")] Running,

    /// <summary>All of it is counted.</summary>
    [JsonStringEnumMemberName("DONE")] Done,
}

/// <summary>How far a backfill is.</summary>
/// <param name="State">See <see cref="BackfillState"/>.</param>
/// <param name="Counted">Events that the meter counted of those before its creation, or before its dimensions were changed.</param>
/// <param name="Scanned">Stored events of the tenant that were looked at, of any type.</param>
/// <param name="Total">How many there are to look at, an estimate until the end; absent before the first page.</param>
/// <param name="Refused">Events that could not be counted, other than by the meter's own rules.</param>
/// <param name="DroppedSegments">Segments of events that retention dropped before they were looked at.</param>
/// <param name="CreatedAt">When the meter was created, or its dimensions were changed.</param>
/// <param name="StartedAt">When the first page was begun; absent before.</param>
/// <param name="UpdatedAt">When the last page was counted.</param>
/// <param name="DoneAt">Absent while it is not done.</param>
/// <param name="Error">The last of the refused events, and why; absent when there is none.</param>
public sealed record BackfillProgress(
    BackfillState State, long Counted, long Scanned, long? Total, long Refused, int DroppedSegments,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DoneAt, string? Error);

/// <summary>Reads how far backfills are.</summary>
public sealed class BackfillQuery(NpgsqlDataSource dataSource)
{
    private const string Sql = """
        select state, counted, scanned, total, refused, lost_segments, created_at, started_at, updated_at, done_at, error
        from meter_backfills where meter_id = @meter
        """;

    /// <summary>A page takes a fraction of a second: a backfill that stands for so long needs a person.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(15);

    // Each waits for the turns of all others, some pages long.
    private static readonly TimeSpan Turn = TimeSpan.FromSeconds(20);

    private const string StandingSql = """
        select count(*), min(updated_at) from (select updated_at, count(*) over () as turns from meter_backfills where done_at is null) open
        where updated_at < now() - @patience - turns * @turn
        """;

    /// <summary>Of all tenants: how many backfills do not go on, and since when; null when all do.</summary>
    public async Task<(long Count, DateTimeOffset Since)?> FindStandingAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(StandingSql);
        command.Parameters.AddWithValue("patience", Patience);
        command.Parameters.AddWithValue("turn", Turn);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.GetInt64(0) is > 0 and var count ? (count, reader.GetFieldValue<DateTimeOffset>(1)) : null;
    }

    /// <summary>Null when there is no such meter.</summary>
    public async Task<BackfillProgress?> FindAsync(Ulid generation, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.AddWithValue("meter", generation.ToUuid());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;

        var state = reader.GetString(0) switch { "pending" => BackfillState.Pending, "running" => BackfillState.Running, _ => BackfillState.Done };
        return new BackfillProgress(
            state, reader.GetInt64(1), reader.GetInt64(2), reader.GetFieldValue<long?>(3), reader.GetInt64(4), reader.GetInt32(5),
            reader.GetFieldValue<DateTimeOffset>(6), reader.GetFieldValue<DateTimeOffset?>(7), reader.GetFieldValue<DateTimeOffset>(8),
            reader.GetFieldValue<DateTimeOffset?>(9), reader.IsDBNull(10) ? null : reader.GetString(10));
    }
}
