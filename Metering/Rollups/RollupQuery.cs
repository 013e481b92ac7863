using System.Collections.Concurrent;
using System.Data;
using System.Text;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Rollups;

/// <summary>
/// Answers from the rollups: its cost grows with the answer, not with the events. Only the parts of a minute at the range's two ends are counted
/// from raw events, so that any range is exact. Both are read from one snapshot.
/// </summary>
public sealed class RollupQuery(NpgsqlDataSource dataSource, TimeProvider clock)
{
    // A prepared statement takes memory in every connection, and callers choose the shapes.
    private const int MaxPrepared = 64;

    private readonly ConcurrentDictionary<string, bool> _prepared = [];

    // What was true an hour or a moment ago: each query compares it with what its own answer says. So one round trip does for reading the seals and what they lead to.
    private readonly ConcurrentDictionary<Ulid, RollupSeals> _seals = [];

    public async Task<Usage> RunAsync(Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        // The rollups are read by one statement, which is a snapshot without a transaction.
        await using var transaction = RangeEdges.Exist(query)
            ? await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken) : null;
        var edges = await RangeEdges.ReadAsync(connection, meter, query, cancellationToken);

        var seals = _seals.GetValueOrDefault(meter.Id) ?? await RollupSeals.LoadAsync(connection, meter.Id, cancellationToken);
        while (true)
        {
            var pieces = RollupPieces.Cut(
                query, edges.FirstWholeMinute ?? DateTimeOffset.MinValue, edges.EndOfWholeMinutes ?? DateTimeOffset.MaxValue, seals);
            var shape = new RollupShape(meter, query, pieces, edges);
            await using var batch = Batch(connection, shape.Sql, meter, query, pieces, edges);
            if (query.Subjects.Count == 1 && MayPrepare(shape.Sql))
                await batch.PrepareAsync(cancellationToken);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            var (current, isIncomplete) = await RollupSeals.ReadAsync(reader, cancellationToken);
            _seals[meter.Id] = current;
            if (current == seals)
                return new Usage(await RowsAsync(reader, shape, cancellationToken), isIncomplete);
            seals = current;
        }
    }

    /// <summary>The distinct subjects of a meter's events within a range, sorted.</summary>
    public async Task<IReadOnlyList<string>> SubjectsAsync(Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        var usage = await RunAsync(meter, query with { GroupBySubject = true, WindowSize = null, Dimensions = [] }, cancellationToken);
        return [.. usage.Rows.Select(row => row.Subject!)];
    }

    private static NpgsqlBatch Batch(
        NpgsqlConnection connection, string sql, Meter meter, UsageQuery query, IReadOnlyList<RollupPiece> pieces, RangeEdges edges)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddWithValue("meter", meter.Id.ToUuid());
        command.Parameters.AddWithValue("zone", query.TimeZone.Id);
        if (query.Subjects is [var subject])
            command.Parameters.AddWithValue("subject", subject);
        else
            command.Parameters.AddWithValue("subjects", query.Subjects.ToArray());
        for (var i = 0; i < pieces.Count; i++)
        {
            command.Parameters.AddWithValue($"from{i}", pieces[i].From);
            command.Parameters.AddWithValue($"to{i}", pieces[i].To);
        }

        command.Parameters.Add(SqlArray.Of("edge_minutes", NpgsqlDbType.TimestampTz, edges.Rows, row => row.Minute));
        command.Parameters.Add(SqlArray.Of("edge_subjects", NpgsqlDbType.Text, edges.Rows, row => row.Subject));
        command.Parameters.Add(SqlArray.Of("edge_dimensions", NpgsqlDbType.Jsonb, edges.Rows, row => row.Dimensions));
        command.Parameters.Add(SqlArray.Of("edge_events", NpgsqlDbType.Bigint, edges.Rows, row => row.Events));
        command.Parameters.Add(SqlArray.Of("edge_totals", NpgsqlDbType.Numeric, edges.Rows, row => row.Total));
        return new NpgsqlBatch(connection) { BatchCommands = { RollupSeals.Command(meter.Id), command } };
    }

    // Planning takes as long as the rest, and for one subject it always finds the same indexes. For many the best plan depends on how many, and on the range.
    private bool MayPrepare(string sql) => _prepared.ContainsKey(sql) || (_prepared.Count < MaxPrepared && _prepared.TryAdd(sql, true));

    private async Task<IReadOnlyList<UsageRow>> RowsAsync(NpgsqlDataReader reader, RollupShape shape, CancellationToken cancellationToken)
    {
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<UsageRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(shape.Read(reader));
        return rows.Count == 0 && shape.IsZeroWhenEmpty ? [shape.Zero(clock.GetUtcNow())] : rows;
    }
}

/// <summary>The statement for one shape of query, made of fixed fragments only: names and values that a caller chose are parameters or positions.</summary>
internal sealed class RollupShape
{
    private const string Edges = """
        select minute, minute as last_minute, subject, dimensions, events, total
        from unnest(@edge_minutes, @edge_subjects, @edge_dimensions, @edge_events, @edge_totals) as edge (minute, subject, dimensions, events, total)
        """;

    private readonly Meter _meter;
    private readonly UsageQuery _query;
    private readonly string[] _dimensions;

    public RollupShape(Meter meter, UsageQuery query, IReadOnlyList<RollupPiece> pieces, RangeEdges edges)
    {
        _meter = meter;
        _query = query;
        _dimensions = [.. query.Dimensions.Distinct().Order(StringComparer.Ordinal)];
        Sql = Build(Sources(pieces, edges));
    }

    public string Sql { get; }

    /// <summary>The sum of nothing is no row, but the count of nothing is 0.</summary>
    public bool IsZeroWhenEmpty =>
        _meter.Aggregation == Aggregation.Count && _query is { WindowSize: null, GroupBySubject: false } && _dimensions.Length == 0;

    public UsageRow Zero(DateTimeOffset now)
    {
        var start = _query.From ?? Minute.Of(_query.To ?? now);
        return new UsageRow(new ExactNumber("0"), Local(start), Local(_query.To ?? start.AddMinutes(1)), null, new Dictionary<string, string>());
    }

    public UsageRow Read(NpgsqlDataReader reader)
    {
        var groupBy = new Dictionary<string, string>(_dimensions.Length);
        for (var i = 0; i < _dimensions.Length; i++)
            groupBy[_dimensions[i]] = reader.GetString(4 + i);

        var start = reader.GetFieldValue<DateTimeOffset>(1);
        var end = reader.GetFieldValue<DateTimeOffset>(2);
        if (_query.WindowSize is null)
            (start, end) = (_query.From ?? start, _query.To ?? end);
        return new UsageRow(
            new ExactNumber(reader.GetString(0)), Local(start), Local(end), _query.GroupBySubject ? reader.GetString(3) : null, groupBy);
    }

    private DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, _query.TimeZone);

    // One source a piece, and none that gives no row: also those cost a short query time. PostgreSQL takes one plan for all parameters only where it can tell
    // how many rows they lead to, so there is no array of pieces either.
    private static List<string> Sources(IReadOnlyList<RollupPiece> pieces, RangeEdges edges)
    {
        var sources = pieces.Select(Source).ToList();
        if (edges.Rows.Count > 0 || sources.Count == 0)
            sources.Add(Edges);
        return sources;
    }

    private static string Source(RollupPiece piece, int i) => piece.Hours == 0
        ? $"""
        select r.minute, r.minute as last_minute, s.subject, s.dimensions, r.events, r.total
        from asked s join rollups r on r.series = s.key and r.minute >= @from{i} and r.minute < @to{i}
        """
        : $"""
        select c.first_minute as minute, c.last_minute, s.subject, s.dimensions, c.events, c.total
        from asked s join coarse_rollups c on c.series = s.key and c.hours = {piece.Hours} and c.start >= @from{i} and c.start < @to{i}
        """;

    private string Build(List<string> sources)
    {
        var subject = _query.GroupBySubject ? "subject collate \"C\"" : "null";
        var dimensions = _dimensions.Select(name => $"coalesce(dimensions ->> {Position(name)}, '') collate \"C\"").ToList();
        var (start, end) = Window();
        var groups = new List<string>(dimensions);
        if (_query.GroupBySubject)
            groups.Insert(0, subject);
        if (_query.WindowSize is not null)
            groups.InsertRange(0, [start, end]);

        var sql = new StringBuilder("with asked as (select key, subject, dimensions from series where meter_id = @meter");
        if (_query.Subjects.Count > 0)
            sql.Append(_query.Subjects.Count == 1 ? " and subject = @subject" : " and subject = any (@subjects)");
        sql.Append("), usage as (").AppendJoin(" union all ", sources);
        sql.Append(") select ").AppendJoin(", ", [Value(), start, end, subject, .. dimensions]).Append(" from usage");
        if (_meter.Aggregation != Aggregation.Count)
            sql.Append(" where total is not null");
        if (groups.Count > 0)
            sql.Append(" group by ").AppendJoin(", ", groups).Append(" order by ").AppendJoin(", ", groups);
        else
            sql.Append(" having count(*) > 0");
        return sql.ToString();
    }

    private string Value() => _meter.Aggregation switch
    {
        Aggregation.Sum => "trim_scale(sum(total))::text",
        Aggregation.Count => "sum(events)::text",
        _ => throw new NotSupportedException($"Meters of {AggregationName.Of(_meter.Aggregation)} can't be created."),
    };

    private (string Start, string End) Window() => _query.WindowSize switch
    {
        null => ("min(minute)", "max(last_minute) + interval '1 minute'"),
        WindowSize.Minute => ("minute", "minute + interval '1 minute'"),
        WindowSize.Hour => ("date_trunc('hour', minute, @zone)", "date_trunc('hour', minute, @zone) + interval '1 hour'"),
        WindowSize.Day => CalendarWindow("day"),
        WindowSize.Week => CalendarWindow("week"),
        WindowSize.Month => CalendarWindow("month"),
        _ => throw new ArgumentOutOfRangeException(nameof(_query), _query.WindowSize, "No such window."),
    };

    // A calendar unit is added to the local time, before it is looked for in the zone: days of 23 and 25 hours exist, and so do days that start at 1:00.
    private static (string Start, string End) CalendarWindow(string unit) =>
        ($"date_trunc('{unit}', minute, @zone)",
         $"(date_trunc('{unit}', minute at time zone @zone) + interval '1 {unit}') at time zone @zone");

    private int Position(string dimension) => _meter.GroupBy.Keys.ToList().IndexOf(dimension);
}
