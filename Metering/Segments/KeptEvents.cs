using Npgsql;

namespace CloudNative.Metering.Segments;

/// <summary>How far back it can be told by its key whether an event is stored.</summary>
public static class KeptEvents
{
    // The first segment also holds what was stored before there were segments.
    private const string Sql = "select case when min(id) > 1 then min(opened_at) end from event_segments";

    /// <summary>Everything that was stored since then is kept; null where nothing was ever dropped.</summary>
    public static async Task<DateTimeOffset?> SinceAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql);
        return await command.ExecuteScalarAsync(cancellationToken) is DateTime since ? new DateTimeOffset(since) : null;
    }
}
