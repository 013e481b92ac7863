using System.Collections.Concurrent;
using System.Data;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Rollups;

/// <summary>
/// Answers from the rollups: its cost grows with the answer, not with the events. Only the parts of a minute at the range's two ends are counted
/// from raw events, so that any range is exact. Both are read from one snapshot.
/// </summary>
public sealed class RollupQuery(NpgsqlDataSource dataSource, TimeProvider clock, UsageLimits? limits = null)
{
    // A prepared statement takes memory in every connection, and callers choose the shapes.
    private const int MaxPrepared = 64;

    /// <summary>Generations whose seals are remembered; when there are more, all are forgotten, which costs each a round trip once.</summary>
    internal const int MaxSeals = 1_000;

    private readonly ConcurrentDictionary<string, bool> _prepared = [];

    // What was true an hour or a moment ago: each query compares it with what its own answer says. So one round trip does for reading the seals and what they lead to.
    private readonly ConcurrentDictionary<Ulid, RollupSeals> _seals = [];

    internal int KnownSeals => _seals.Count;

    public UsageLimits Limits { get; } = limits ?? UsageLimits.Default;

    /// <summary>The answer; where it would be too long, one row more than <see cref="UsageLimits.MaxRows"/>.</summary>
    /// <exception cref="OutlivedMinuteException">The range cuts a minute of which some events are no longer stored.</exception>
    public Task<Usage> RunAsync(Meter meter, UsageQuery query, CancellationToken cancellationToken) =>
        RunLimitedAsync(meter, query with { MaxRows = Limits.MaxRows }, cancellationToken);

    /// <summary>What the edges alone answer, for a meter that has no rollups.</summary>
    internal async Task<IReadOnlyList<UsageRow>> AnswerAsync(
        NpgsqlConnection connection, Meter meter, UsageQuery query, RangeEdges edges, CancellationToken cancellationToken)
    {
        var (command, shape) = Command(meter, query with { MaxRows = Limits.MaxRows }, [], edges);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await RowsAsync(reader, shape, cancellationToken);
    }

    /// <summary>
    /// While a change of the meter's dimensions is counted anew, what was there before is complete (see <see cref="ReplacedGeneration"/>): it answers all that does not ask
    /// for what changed.
    /// </summary>
    private async Task<Usage> RunLimitedAsync(Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        var usage = await AnswerAsync(meter, query, cancellationToken);
        var asked = query.Dimensions.Concat(query.Filters.Select(filter => filter.Dimension));
        return usage.IsIncomplete && meter.Replaced?.Has(meter, asked) == true
            ? await AnswerAsync(meter.AsReplaced()!, query, cancellationToken)
            : usage;
    }

    private async Task<Usage> AnswerAsync(Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // The rollups are read by one statement, which is a snapshot without a transaction.
        await using var transaction = RangeEdges.Exist(query)
            ? await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken) : null;
        var edges = await RangeEdges.ReadAsync(connection, meter, query, cancellationToken);

        var seals = _seals.GetValueOrDefault(meter.Generation) ?? await RollupSeals.LoadAsync(connection, meter, cancellationToken);
        while (true)
        {
            var pieces = RollupPieces.Cut(
                query, edges.FirstWholeMinute ?? DateTimeOffset.MinValue, edges.EndOfWholeMinutes ?? DateTimeOffset.MaxValue, seals);
            var (command, shape) = Command(meter, query, pieces, edges);
            await using var batch = new NpgsqlBatch(connection) { BatchCommands = { RollupSeals.Command(meter), command } };
            if (query.Subjects.Count == 1 && MayPrepare(shape.Sql))
                await batch.PrepareAsync(cancellationToken);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var (current, isIncomplete, meterVersion) = await RollupSeals.ReadAsync(reader, cancellationToken);
            Remember(meter.Generation, current);
            if (current == seals)
            {
                await reader.NextResultAsync(cancellationToken);
                return new Usage(await RowsAsync(reader, shape, cancellationToken), isIncomplete, meterVersion);
            }

            seals = current;
        }
    }

    /// <summary>The distinct subjects of a meter's events within a range, sorted; where there are more than the limit, one more than that.</summary>
    public async Task<IReadOnlyList<string>> SubjectsAsync(Meter meter, UsageQuery range, CancellationToken cancellationToken)
    {
        var usage = await RunLimitedAsync(meter, range with { GroupBySubject = true, MaxRows = Limits.MaxValues }, cancellationToken);
        return [.. usage.Rows.Select(row => row.Subject!)];
    }

    /// <summary>The same of the values of a dimension; <c>""</c> is that of events without one.</summary>
    public async Task<IReadOnlyList<string>> ValuesAsync(Meter meter, string dimension, UsageQuery range, CancellationToken cancellationToken)
    {
        var usage = await RunLimitedAsync(meter, range with { Dimensions = [dimension], MaxRows = Limits.MaxValues }, cancellationToken);
        return [.. usage.Rows.Select(row => row.GroupBy[dimension])];
    }

    internal static (NpgsqlBatchCommand Command, RollupShape Shape) Command(Meter meter, UsageQuery query, IReadOnlyList<RollupPiece> pieces, RangeEdges edges)
    {
        var command = new NpgsqlBatchCommand();
        AddParameters(command.Parameters, meter, query, pieces, edges);
        var shape = new RollupShape(meter, query, pieces, edges, command.Parameters);
        command.CommandText = shape.Sql;
        return (command, shape);
    }

    private static void AddParameters(
        NpgsqlParameterCollection parameters, Meter meter, UsageQuery query, IReadOnlyList<RollupPiece> pieces, RangeEdges edges)
    {
        parameters.AddWithValue("meter", meter.Generation.ToUuid());
        parameters.AddWithValue("zone", query.TimeZone.Id);
        if (query.Subjects is [var subject])
            parameters.AddWithValue("subject", subject);
        else
        {
            parameters.AddWithValue("subjects", query.Subjects.ToArray());
            parameters.AddWithValue("subject_prefixes", query.Subjects.Select(IndexedText.PrefixOf).Distinct().ToArray());
        }

        for (var i = 0; i < pieces.Count; i++)
        {
            parameters.AddWithValue($"from{i}", pieces[i].From);
            parameters.AddWithValue($"to{i}", pieces[i].To);
        }

        parameters.Add(SqlArray.Of("edge_minutes", NpgsqlDbType.TimestampTz, edges.Rows, row => row.Minute));
        parameters.Add(SqlArray.Of("edge_subjects", NpgsqlDbType.Text, edges.Rows, row => row.Subject));
        parameters.Add(SqlArray.Of("edge_dimensions", NpgsqlDbType.Jsonb, edges.Rows, row => row.Dimensions));
        parameters.Add(SqlArray.Of("edge_events", NpgsqlDbType.Bigint, edges.Rows, row => row.Figures?.Events));
        parameters.Add(SqlArray.Of("edge_totals", NpgsqlDbType.Numeric, edges.Rows, row => row.Figures?.Total));
        parameters.Add(SqlArray.Of("edge_lowest", NpgsqlDbType.Numeric, edges.Rows, row => row.Figures?.Picked?.Lowest));
        parameters.Add(SqlArray.Of("edge_highest", NpgsqlDbType.Numeric, edges.Rows, row => row.Figures?.Picked?.Highest));
        parameters.Add(SqlArray.Of("edge_latest", NpgsqlDbType.Text, edges.Rows, row => row.Figures?.Picked?.Latest?.ToSqlText()));
        parameters.Add(SqlArray.Of("edge_values", NpgsqlDbType.Uuid, edges.Rows, row => row.Value));
    }

    private void Remember(Ulid generation, RollupSeals seals)
    {
        if (!_seals.ContainsKey(generation) && _seals.Count >= MaxSeals)
            _seals.Clear();
        _seals[generation] = seals;
    }

    // Planning takes as long as the rest, and for one subject it always finds the same indexes. For many the best plan depends on how many, and on the range.
    private bool MayPrepare(string sql) => _prepared.ContainsKey(sql) || (_prepared.Count < MaxPrepared && _prepared.TryAdd(sql, true));

    private async Task<IReadOnlyList<UsageRow>> RowsAsync(NpgsqlDataReader reader, RollupShape shape, CancellationToken cancellationToken)
    {
        var rows = new List<UsageRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(shape.Read(reader));
        return rows.Count == 0 && shape.IsZeroWhenEmpty ? [shape.Zero(clock.GetUtcNow())] : rows;
    }
}
