using System.Data;
using System.Text;
using CloudNative.Metering.Backfills;
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
    public async Task<Usage> RunAsync(Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var edges = await RangeEdges.ReadAsync(connection, meter, query, cancellationToken);

        var pieces = await RollupPieces.ReadAsync(
            connection, meter.Id, query, edges.FirstWholeMinute ?? DateTimeOffset.MinValue, edges.EndOfWholeMinutes ?? DateTimeOffset.MaxValue, cancellationToken);
        var shape = new RollupShape(meter, query);
        var command = new NpgsqlBatchCommand(shape.Sql);
        AddParameters(command.Parameters, meter, query, pieces, edges);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { MeterCoverage.IncompleteCommand(meter.Id), command } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var isIncomplete = await reader.ReadAsync(cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var rows = new List<UsageRow>();
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(shape.Read(reader));

        return new Usage(rows.Count == 0 && shape.IsZeroWhenEmpty ? [shape.Zero(clock.GetUtcNow())] : rows, isIncomplete);
    }

    /// <summary>The distinct subjects of a meter's events within a range, sorted.</summary>
    public async Task<IReadOnlyList<string>> SubjectsAsync(Meter meter, UsageQuery query, CancellationToken cancellationToken)
    {
        var usage = await RunAsync(meter, query with { GroupBySubject = true, WindowSize = null, Dimensions = [] }, cancellationToken);
        return [.. usage.Rows.Select(row => row.Subject!)];
    }

    private static void AddParameters(
        NpgsqlParameterCollection parameters, Meter meter, UsageQuery query, IReadOnlyList<RollupPiece> pieces, RangeEdges edges)
    {
        parameters.AddWithValue("meter", meter.Id.ToUuid());
        parameters.AddWithValue("zone", query.TimeZone.Id);
        parameters.Add(SqlArray.Of("piece_hours", NpgsqlDbType.Smallint, pieces, piece => piece.Hours));
        parameters.Add(SqlArray.Of("piece_from", NpgsqlDbType.TimestampTz, pieces, piece => piece.From));
        parameters.Add(SqlArray.Of("piece_to", NpgsqlDbType.TimestampTz, pieces, piece => piece.To));
        parameters.AddWithValue("subjects", query.Subjects.ToArray());
        parameters.Add(SqlArray.Of("edge_minutes", NpgsqlDbType.TimestampTz, edges.Rows, row => row.Minute));
        parameters.Add(SqlArray.Of("edge_subjects", NpgsqlDbType.Text, edges.Rows, row => row.Subject));
        parameters.Add(SqlArray.Of("edge_dimensions", NpgsqlDbType.Jsonb, edges.Rows, row => row.Dimensions));
        parameters.Add(SqlArray.Of("edge_events", NpgsqlDbType.Bigint, edges.Rows, row => row.Events));
        parameters.Add(SqlArray.Of("edge_totals", NpgsqlDbType.Numeric, edges.Rows, row => row.Total));
    }
}

/// <summary>The statement for one shape of query, made of fixed fragments only: names and values that a caller chose are parameters or positions.</summary>
internal sealed class RollupShape
{
    private const string Usage = """
        with asked as (
            select key, subject, dimensions from series
            where meter_id = @meter and (cardinality(@subjects) = 0 or subject = any (@subjects))
        ), piece as (
            select * from unnest(@piece_hours, @piece_from, @piece_to) as piece (hours, since, until)
        ), usage as (
            select r.minute, r.minute as last_minute, s.subject, s.dimensions, r.events, r.total
            from asked s, piece p join rollups r on r.minute >= p.since and r.minute < p.until
            where r.series = s.key and p.hours = 0
            union all
            select c.first_minute, c.last_minute, s.subject, s.dimensions, c.events, c.total
            from asked s, piece p join coarse_rollups c on c.hours = p.hours and c.start >= p.since and c.start < p.until
            where c.series = s.key and p.hours > 0
            union all
            select minute, minute, subject, dimensions, events, total
            from unnest(@edge_minutes, @edge_subjects, @edge_dimensions, @edge_events, @edge_totals) as edge (minute, subject, dimensions, events, total)
        )

        """;

    private readonly Meter _meter;
    private readonly UsageQuery _query;
    private readonly string[] _dimensions;

    public RollupShape(Meter meter, UsageQuery query)
    {
        _meter = meter;
        _query = query;
        _dimensions = [.. query.Dimensions.Distinct().Order(StringComparer.Ordinal)];
        Sql = Build();
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

    private string Build()
    {
        var subject = _query.GroupBySubject ? "subject collate \"C\"" : "null";
        var dimensions = _dimensions.Select(name => $"coalesce(dimensions ->> {Position(name)}, '') collate \"C\"").ToList();
        var (start, end) = Window();
        var groups = new List<string>(dimensions);
        if (_query.GroupBySubject)
            groups.Insert(0, subject);
        if (_query.WindowSize is not null)
            groups.InsertRange(0, [start, end]);

        var sql = new StringBuilder(Usage);
        sql.Append("select ").AppendJoin(", ", [Value(), start, end, subject, .. dimensions]).Append(" from usage");
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
