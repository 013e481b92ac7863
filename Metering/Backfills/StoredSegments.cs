using Npgsql;

namespace CloudNative.Metering.Backfills;

/// <summary>Which segments of events still are part of <c>usage_events</c>.</summary>
internal static class StoredSegments
{
    // A segment that is being dropped is detached first, and then no longer read.
    private const string Sql = """
        select min(s.id) filter (where s.id > @segment), coalesce(bool_or(s.id = @segment), false)
        from event_segments s join pg_inherits i on i.inhrelid = to_regclass('usage_events_' || s.id) and not i.inhdetachpending
        where s.id between @segment and @last
        """;

    /// <summary>The segment after <paramref name="segment"/>, null behind the last; and how many before it retention has dropped, <paramref name="segment"/> included.</summary>
    public static async Task<(int? Next, int Dropped)> AfterAsync(NpgsqlConnection connection, int segment, int last, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue("segment", segment);
        command.Parameters.AddWithValue("last", last);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var next = reader.IsDBNull(0) ? (int?)null : reader.GetInt32(0);
        var behind = (next ?? last + 1) - segment;
        return (next, reader.GetBoolean(1) ? behind - 1 : behind);
    }
}
