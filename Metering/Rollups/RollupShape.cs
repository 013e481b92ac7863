using System.Collections.ObjectModel;
using System.Text;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Time;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>The statement for one shape of query, made of fixed fragments only: names and values that a caller chose are parameters or positions.</summary>
internal sealed class RollupShape
{
    // Subjects of no customer: no ULID is zero, and null would be ordered last.
    private const string Customer = "coalesce(customer_id, '00000000-0000-0000-0000-000000000000')";

    // Joined to what was counted, by this one statement: whose a subject is, is read from the same snapshot as the figures.
    private const string Owners = " left join (select subject as owned, customer_id from customer_subjects where tenant_id = @tenant) as owners on owned = subject";

    private readonly Meter _meter;
    private readonly UsageQuery _query;
    private readonly RollupFigure _figure;
    private readonly string[] _dimensions;

    /// <summary>Makes the statement, and adds what it needs for the filters to <paramref name="parameters"/>.</summary>
    public RollupShape(Meter meter, UsageQuery query, IReadOnlyList<RollupPiece> pieces, RangeEdges edges, NpgsqlParameterCollection parameters)
    {
        _meter = meter;
        _query = query;
        _figure = RollupFigure.Of(meter.Aggregation);
        _dimensions = [.. query.Dimensions.Distinct().Order(StringComparer.Ordinal)];
        var filter = string.Concat(query.Filters.Select(filter => $" and {filter.Filter.ToSql(Dimension(filter.Dimension), parameters)}"));
        filter += OfCustomers(parameters);
        Sql = Build(filter, Sources(pieces, edges, filter));
    }

    public string Sql { get; }

    /// <summary>The sum of nothing is no row, but the count of nothing is 0.</summary>
    public bool IsZeroWhenEmpty => _figure.IsCount && _query is { WindowSize: null, GroupBySubject: false, GroupByCustomer: false } && _dimensions.Length == 0;

    private bool IsOfDistinctValues => _meter.Aggregation == Aggregation.UniqueCount;

    public UsageRow Zero(DateTimeOffset now)
    {
        var start = _query.From ?? Minute.Of(_query.To ?? now);
        return new UsageRow(new ExactNumber("0"), Local(start), Local(_query.To ?? start.AddMinutes(1)), null, null, new Dictionary<string, string>());
    }

    public UsageRow Read(NpgsqlDataReader reader)
    {
        var (start, end) = ReadWindow(reader);
        var customer = !_query.GroupByCustomer ? null : reader.GetGuid(5 + _dimensions.Length) is var id && id == Guid.Empty ? "" : id.ToUlid().ToString();
        return new UsageRow(RollupFigure.Read(reader), Local(start), Local(end), _query.GroupBySubject ? reader.GetString(4) : null, customer, ReadDimensions(reader));
    }

    private IReadOnlyDictionary<string, string> ReadDimensions(NpgsqlDataReader reader)
    {
        if (_dimensions.Length == 0)
            return ReadOnlyDictionary<string, string>.Empty;
        var groupBy = new Dictionary<string, string>(_dimensions.Length);
        for (var i = 0; i < _dimensions.Length; i++)
            groupBy[_dimensions[i]] = reader.GetString(5 + i);
        return groupBy;
    }

    private (DateTimeOffset Start, DateTimeOffset End) ReadWindow(NpgsqlDataReader reader)
    {
        switch (_query.WindowSize)
        {
            case null:
                return (_query.From ?? reader.GetFieldValue<DateTimeOffset>(2), _query.To ?? reader.GetFieldValue<DateTimeOffset>(3));
            case WindowSize.Minute:
                var minute = reader.GetFieldValue<DateTimeOffset>(2);
                return (minute, minute.AddMinutes(1));
            case WindowSize.Hour:
                var hour = reader.GetFieldValue<DateTimeOffset>(2);
                return (CalendarWindow.HourStart(hour, _query.TimeZone), hour.AddHours(1));
            default:
                var local = reader.GetDateTime(2);
                return (CalendarWindow.FirstInstant(local, _query.TimeZone), CalendarWindow.FirstInstant(Next(local), _query.TimeZone));
        }
    }

    private DateTime Next(DateTime local) => _query.WindowSize switch
    {
        WindowSize.Day => local.AddDays(1),
        WindowSize.Week => local.AddDays(7),
        _ => local.AddMonths(1),
    };

    private DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, _query.TimeZone);

    // One source a piece, and none that gives no row: also those cost a short query time. PostgreSQL takes one plan for all parameters only where it can tell
    // how many rows they lead to, so there is no array of pieces either.
    private List<string> Sources(IReadOnlyList<RollupPiece> pieces, RangeEdges edges, string filter)
    {
        var sources = pieces.Select(Source).ToList();
        if (IsOfDistinctValues)
            sources.AddRange(pieces.Select(DistinctSource));
        if (edges.Rows.Count > 0 || sources.Count == 0)
            sources.Add(EdgeSource(filter));
        return sources;
    }

    private string Source(RollupPiece piece, int i) => piece.Hours == 0
        ? $"""
        select r.minute, r.minute as last_minute, s.subject, s.dimensions, r.events, {_figure.Column}
        from asked s join rollups r on r.series = s.key and r.minute >= @from{i} and r.minute < @to{i}
        """
        : $"""
        select c.first_minute as minute, c.last_minute, s.subject, s.dimensions, c.events, {_figure.Column}
        from asked s join coarse_rollups c on c.series = s.key and c.hours = {piece.Hours} and c.start >= @from{i} and c.start < @to{i}
        """;

    // Their windows come from the start of what they are in. Where there are no windows, only rollups know the first and the last minute.
    private string DistinctSource(RollupPiece piece, int i) => $"""
        select {(_query.WindowSize is null ? "null" : "d.start")} as minute, null as last_minute, s.subject, s.dimensions, null as events, d.value
        from asked s join distinct_values d on d.series = s.key and d.hours = {piece.Hours} and d.start >= @from{i} and d.start < @to{i}
        """;

    private string EdgeSource(string filter) => $"""
        select minute, minute as last_minute, subject, dimensions, events, {_figure.EdgeColumn}
        from unnest(@edge_minutes, @edge_subjects, @edge_dimensions, @edge_events, @edge_totals, @edge_lowest, @edge_highest, @edge_latest, @edge_values)
            as edge (minute, subject, dimensions, events, total, lowest, highest, latest, value)
        where true{filter}
        """;

    private string Build(string filter, List<string> sources)
    {
        var subject = _query.GroupBySubject ? "subject collate \"C\"" : "null";
        var dimensions = _dimensions.Select(Dimension).ToList();
        var (start, end) = Window();
        var groups = new List<string>(dimensions);
        if (_query.GroupByCustomer)
            groups.Insert(0, Customer);
        if (_query.GroupBySubject)
            groups.Insert(0, subject);
        if (_query.WindowSize is not null)
            groups.Insert(0, start);

        var sql = new StringBuilder("with asked as (select key, subject, dimensions from series where meter_id = @meter");
        if (_query.Subjects.Count > 0)
            sql.Append($" and {(_query.Subjects.Count == 1 ? IndexedText.IsEqual("subject", "@subject") : IndexedText.IsAny("subject", "@subjects", "@subject_prefixes"))}");
        sql.Append(filter).Append("), usage as (").AppendJoin(" union all ", sources);
        sql.Append(") select ").AppendJoin(", ", [_figure.Value, _figure.Count, start, end, subject, .. dimensions]);
        sql.Append(_query.GroupByCustomer ? $", {Customer} from usage{Owners}" : " from usage");
        if (groups.Count > 0)
            sql.Append(" group by ").AppendJoin(", ", groups).Append(" order by ").AppendJoin(", ", groups);
        else
            sql.Append(" having count(*) > 0");
        // Not as a parameter: a plan for any limit is made as if a tenth of the rows were wanted.
        if (_query.MaxRows is { } most)
            sql.Append($" limit {most + 1}");
        return sql.ToString();
    }

    private string OfCustomers(NpgsqlParameterCollection parameters)
    {
        if (!_query.GroupByCustomer && _query.Customers.Count == 0)
            return "";
        parameters.AddWithValue("tenant", _meter.TenantId.ToUuid());
        return _query.Customers.Count == 0 ? "" : $" and {SubjectOwners.AreCustomers(_query.Customers, parameters)}";
    }

    private (string Start, string End) Window() => _query.WindowSize switch
    {
        null => ("min(minute)", "max(last_minute) + interval '1 minute'"),
        WindowSize.Minute => ("minute", "null"),
        WindowSize.Hour => ("date_trunc('hour', minute, @zone)", "null"),
        WindowSize.Day => ("date_trunc('day', minute at time zone @zone)", "null"),
        WindowSize.Week => ("date_trunc('week', minute at time zone @zone)", "null"),
        WindowSize.Month => ("date_trunc('month', minute at time zone @zone)", "null"),
        _ => throw new ArgumentOutOfRangeException(nameof(_query), _query.WindowSize, "No such window."),
    };

    private string Dimension(string name) => $"coalesce(dimensions ->> {_meter.GroupBy.Keys.ToList().IndexOf(name)}, '') collate \"C\"";
}
