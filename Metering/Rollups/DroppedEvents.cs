using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>
/// Tells whether a minute's events are still stored as they were counted: only then can a part of the minute be counted from them. Rollups outlive events, and
/// say how many there were.
/// </summary>
internal static class DroppedEvents
{
    private const string LatestSql = "select latest_time from dropped_events";

    private static readonly string CountedSql = $"""
        select coalesce(sum(r.events), 0)::bigint
        from series s join rollups r on r.series = s.key
        where s.meter_id = @meter and r.minute = @minute and (cardinality(@subjects) = 0 or {IndexedText.IsAny("subject", "@subjects", "@subject_prefixes")})
        """;

    /// <summary>Throws when some of the events of the minute that a range cuts are gone.</summary>
    /// <param name="connection">In a transaction whose snapshot the events are counted in, too.</param>
    /// <param name="meter">The meter.</param>
    /// <param name="minute">Its start.</param>
    /// <param name="query">Whose subjects are looked at.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="OutlivedMinuteException">The range can't be answered exactly.</exception>
    public static async Task RefuseLossAsync(
        NpgsqlConnection connection, Meter meter, DateTimeOffset minute, UsageQuery query, CancellationToken cancellationToken)
    {
        await using var latest = new NpgsqlCommand(LatestSql, connection);
        await using (var reader = await latest.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            if (reader.GetFieldValue<DateTimeOffset>(0) < minute)
                return;
        }

        // Events come late and early, so of a time before that all may be there.
        var stored = new RollupDeltas();
        await StoredEvents.CountAsync(
            connection, new CountingMeter(meter), (minute, minute.AddMinutes(1)), query.Subjects, stored, timeout: null, cancellationToken);
        if (stored.Rows.Sum(row => row.Events) < await CountedAsync(connection, meter, minute, query, cancellationToken))
            throw new OutlivedMinuteException(minute, isStart: query.From > minute);
    }

    private static async Task<long> CountedAsync(
        NpgsqlConnection connection, Meter meter, DateTimeOffset minute, UsageQuery query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(CountedSql, connection);
        command.Parameters.AddWithValue("meter", meter.Generation.ToUuid());
        command.Parameters.AddWithValue("minute", minute);
        command.Parameters.AddWithValue("subjects", query.Subjects.ToArray());
        command.Parameters.AddWithValue("subject_prefixes", query.Subjects.Select(IndexedText.PrefixOf).ToArray());
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>A range cuts a minute of which some events outlived their retention, so that the part of it can't be counted any more.</summary>
/// <param name="minute">Its start.</param>
/// <param name="isStart">The range starts in it; else it ends there.</param>
#pragma warning disable CA1032 // Thrown in one place, always with the minute.
public sealed class OutlivedMinuteException(DateTimeOffset minute, bool isStart)
    : Exception($"Events of the minute {minute.UtcDateTime:u} are no longer all kept, so a part of it can't be counted. Ask for whole minutes there.")
#pragma warning restore CA1032
{
    public bool IsStart { get; } = isStart;
}
