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
        select id, length(filter) from event_segments
        where closed_at > now() - @window
        order by id desc
        """;

    private const string FilterSql = "select filter from event_segments where id = @id";

    private volatile ClosedSegments _closed = new(-1, []);

    /// <summary>
    /// Those of <paramref name="keys"/> that the open segment or a closed one of the window holds, with the SHA-256 of the stored event's bytes: only what
    /// is found costs a look at its row. The segments are read again when
    /// <paramref name="version"/>, the catalog's as the transaction sees it, is another than before.
    /// </summary>
    internal async Task<IReadOnlyDictionary<Guid, byte[]>> FindAsync(
        NpgsqlConnection connection, long version, int openSegment, IReadOnlyList<Guid> keys, CancellationToken cancellationToken)
    {
        var found = new Dictionary<Guid, byte[]>();
        if (keys.Count == 0)
            return found;

        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Probe(openSegment, keys));
        foreach (var segment in (await ClosedAsync(connection, version, cancellationToken)).Segments)
        {
            if (segment.Candidates(keys) is { Count: > 0 } candidates)
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

    /// <summary>The closed segments of the window; filters that are known stay, because a closed segment never changes.</summary>
    internal async Task<ClosedSegments> ClosedAsync(NpgsqlConnection connection, long version, CancellationToken cancellationToken)
    {
        if (_closed.Version != version)
            _closed = await LoadAsync(connection, version, cancellationToken);
        return _closed;
    }

    private async Task<ClosedSegments> LoadAsync(NpgsqlConnection connection, long version, CancellationToken cancellationToken)
    {
        var known = _closed.Segments.ToDictionary(segment => segment.Id);
        var segments = new List<ClosedSegment>();
        var budget = policy.MaxFilterBytes;
        foreach (var (id, filterBytes) in await SegmentsAsync(connection, cancellationToken))
        {
            // The newest first: most ids that come again come soon.
            var fits = filterBytes <= budget;
            budget -= fits ? filterBytes!.Value : 0;
            segments.Add((fits, known.GetValueOrDefault(id)) switch
            {
                (true, { Filter: not null } loaded) => loaded,
                (true, _) => new ClosedSegment(id, await FilterAsync(connection, id, cancellationToken)),
                _ => new ClosedSegment(id, null),
            });
        }

        return new ClosedSegments(version, segments);
    }

    private async Task<List<(int Id, int? FilterBytes)>> SegmentsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SegmentsSql, connection);
        command.Parameters.AddWithValue("window", policy.DedupeWindow);
        var segments = new List<(int, int?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            segments.Add((reader.GetInt32(0), reader.IsDBNull(1) ? null : reader.GetInt32(1)));
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

/// <summary>The closed segments of the dedupe window at one version of the catalog.</summary>
internal sealed record ClosedSegments(long Version, IReadOnlyList<ClosedSegment> Segments);

/// <param name="Id">The number of the segment, and the end of its table's name.</param>
/// <param name="Filter">Null while it is not built, or where the memory for filters is used up: every key is looked up then.</param>
internal sealed record ClosedSegment(int Id, KeyFilter? Filter)
{
    public IReadOnlyList<Guid> Candidates(IReadOnlyList<Guid> keys) => Filter is null ? keys : [.. keys.Where(Filter.MayContain)];
}
