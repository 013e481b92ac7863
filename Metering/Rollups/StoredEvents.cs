using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>Counts stored events again, by the code that the sink counts with.</summary>
internal static class StoredEvents
{
    private const string Sql = """
        select event, subject, time, stream_id, partition, "offset", segment, key, ingested_at
        from usage_events
        where tenant_id = @tenant and type = @type and time >= @from and time < @to
          and (cardinality(@subjects) = 0 or subject = any (@subjects))
        """;

    /// <summary>Adds what the meter's events of a range make.</summary>
    /// <param name="connection">May be in a transaction.</param>
    /// <param name="meter">The meter, whose rollups may still be filled: what they do not hold yet is left out here, too.</param>
    /// <param name="range">Half open.</param>
    /// <param name="subjects">Only these; empty: all.</param>
    /// <param name="deltas">Where it is added.</param>
    /// <param name="timeout">Seconds for the statement, 0 for any number; null: the connection's own.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task CountAsync(
        NpgsqlConnection connection, CountingMeter meter, (DateTimeOffset From, DateTimeOffset To) range, IEnumerable<string> subjects, RollupDeltas deltas,
        int? timeout, CancellationToken cancellationToken)
    {
        var coverage = await MeterCoverage.LoadAsync(connection, meter.Id, cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection);
        command.CommandTimeout = timeout ?? command.CommandTimeout;
        command.Parameters.AddWithValue("tenant", meter.TenantId.ToUuid());
        command.Parameters.AddWithValue("type", meter.EventType);
        command.Parameters.AddWithValue("from", range.From);
        command.Parameters.AddWithValue("to", range.To);
        command.Parameters.AddWithValue("subjects", subjects.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var order = new EventOrder(
                reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(8), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt64(5));
            var position = new BackfillPosition(reader.GetInt32(6), order.Time, reader.GetGuid(7));
            if (!coverage.Includes(new EventPlace(order.StreamId, order.Partition, order.Offset, position)))
                continue;

            using var data = StoredEventData.Parse(reader.GetFieldValue<byte[]>(0));
            if (meter.TryCount(reader.GetString(1), order.Time, data?.RootElement ?? default, out var counted, out _))
                deltas.Add(counted, order);
        }
    }
}
