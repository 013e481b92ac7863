using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Segments;

/// <summary>
/// Which keys are stored already: looked up in the index of the open segment, and in closed ones that a filter does not rule out. So the cost of an
/// event stays the same however many lie in the window. May be shared by several stores.
/// </summary>
public sealed class StoredKeys(SegmentPolicy policy)
{
    private const string SegmentsSql = """
        select id, closed_at, closed_at > now() - @window, length(filter) from event_segments
        where closed_at > least(now(), @since) - @window
        order by id desc
        """;

    private const string FilterSql = "select filter from event_segments where id = @id";

    private volatile ClosedSegments _closed = new(-1, DateTimeOffset.MaxValue, []);

    /// <summary>
    /// Those of <paramref name="keys"/> that the open segment or a closed one of the window holds, with the SHA-256 of the stored event's bytes: only what
    /// is found costs a look at its row. The segments are read again when
    /// <paramref name="version"/>, the catalog's as the transaction sees it, is another than before.
    /// </summary>
    internal async Task<IReadOnlyDictionary<Guid, byte[]>> FindAsync(
        NpgsqlConnection connection, long version, int openSegment, SoughtKeys keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, byte[]>();
        if (keys.All.Count == 0)
            return found;

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Probe(openSegment, keys.All));
        foreach (var segment in (await ClosedAsync(connection, version, keys.Oldest, cancellationToken)).Segments)
        {
            if (segment.Candidates(keys, policy.DedupeWindow) is { Count: > 0 } candidates)
                batch.BatchCommands.Add(Probe(segment.Id, candidates));
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await reader.ReadAsync(cancellationToken))
                found[reader.GetGuid(0)] = reader.GetFieldValue<byte[]>(1);
        }
        while (await reader.NextResultAsync(cancellationToken));
        return found;
    }

    /// <summary>
    /// The closed segments of the window, and those of the window that ended at <paramref name="since"/>; filters that are known stay, because a closed
    /// segment never changes.
    /// </summary>
    internal async Task<ClosedSegments> ClosedAsync(NpgsqlConnection connection, long version, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var closed = _closed;
        if (closed.Version != version || since < closed.Since)
            _closed = closed = await LoadAsync(connection, version, since, cancellationToken);
        return closed;
    }

    private async Task<ClosedSegments> LoadAsync(NpgsqlConnection connection, long version, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var known = _closed.Segments.ToDictionary(segment => segment.Id);
        var segments = new List<ClosedSegment>();
        var budget = policy.MaxFilterBytes;
        foreach (var (segment, filterBytes) in await SegmentsAsync(connection, since, cancellationToken))
        {
            // The newest first: most ids that come again come soon.
            var fits = filterBytes <= budget;
            budget -= fits ? filterBytes!.Value : 0;
            var filter = fits ? known.GetValueOrDefault(segment.Id)?.Filter ?? await FilterAsync(connection, segment.Id, cancellationToken) : null;
            segments.Add(segment with { Filter = filter });
        }

        return new ClosedSegments(version, since, segments);
    }

    private async Task<List<(ClosedSegment Segment, int? FilterBytes)>> SegmentsAsync(NpgsqlConnection connection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SegmentsSql, connection);
        command.Parameters.AddWithValue("window", policy.DedupeWindow);
        command.Parameters.AddWithValue("since", since);
        var segments = new List<(ClosedSegment, int?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var segment = new ClosedSegment(reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetBoolean(2), null);
            segments.Add((segment, reader.IsDBNull(3) ? null : reader.GetInt32(3)));
        }

        return segments;
    }

    private static async Task<KeyFilter?> FilterAsync(NpgsqlConnection connection, int segment, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FilterSql, connection);
        command.Parameters.AddWithValue("id", segment);
        return await command.ExecuteScalarAsync(cancellationToken) is byte[] bytes ? new KeyFilter(bytes) : null;
    }

    // Key by key: asked for all at once, the planner would rather read the whole segment (measured: most of the sink's time).
    private static NpgsqlBatchCommand Probe(int segment, IReadOnlyList<Guid> keys) => new($"""
        select key, hash from unnest(@keys) as key, lateral (select sha256(event) as hash from usage_events_{segment} e where e.key = key.key limit 1) as stored
        """) { Parameters = { SqlArray.Of("keys", NpgsqlDbType.Uuid, keys, key => key) } };
}

/// <summary>The keys of a transaction's events.</summary>
/// <param name="All">Each is looked for in the window that ends now.</param>
/// <param name="ReadAgain">Those of records that may have been counted long ago, with the time of their ingest: they are looked for in all that was stored since the window before it.</param>
internal sealed record SoughtKeys(IReadOnlyList<Guid> All, IReadOnlyDictionary<Guid, DateTimeOffset> ReadAgain)
{
    public DateTimeOffset Oldest => ReadAgain.Count > 0 ? ReadAgain.Values.Min() : DateTimeOffset.MaxValue;
}

/// <summary>The closed segments of the dedupe window, and of the one that ended at <paramref name="Since"/>, at one version of the catalog.</summary>
internal sealed record ClosedSegments(long Version, DateTimeOffset Since, IReadOnlyList<ClosedSegment> Segments);

/// <param name="Id">The number of the segment, and the end of its table's name.</param>
/// <param name="ClosedAt">All its events were stored before.</param>
/// <param name="IsOfWindow">False: only what is read again is looked for here.</param>
/// <param name="Filter">Null while it is not built, or where the memory for filters is used up: every key is looked up then.</param>
internal sealed record ClosedSegment(int Id, DateTimeOffset ClosedAt, bool IsOfWindow, KeyFilter? Filter)
{
    public IReadOnlyList<Guid> Candidates(SoughtKeys keys, TimeSpan window)
    {
        var own = IsOfWindow ? keys.All : [.. keys.ReadAgain.Where(again => again.Value < ClosedAt + window).Select(again => again.Key)];
        return Filter is null ? own : [.. own.Where(Filter.MayContain)];
    }
}
