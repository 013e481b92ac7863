using System.Globalization;
using System.Numerics;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using DuckDB.NET.Data;

namespace CloudNative.Metering.Tests.Differential;

/// <summary>Answers from the events themselves: grouped and added up by DuckDB, in windows by NodaTime.</summary>
internal sealed class Oracle : IDisposable
{
    private readonly DuckDBConnection _connection = new("DataSource=:memory:");
    private readonly IReadOnlyList<TestEvent> _events;

    public Oracle(IReadOnlyList<(TestEvent Event, long Offset)> stored, IReadOnlyDictionary<string, Ulid> owners)
    {
        _events = [.. stored.Select(row => row.Event)];
        _connection.Open();
        Execute("""
            create table sent (
                i integer, time bigint, ingested_at bigint, partition integer, "offset" bigint, subject varchar, number varchar, value varchar, model varchar, kind varchar)
            """);
        using (var appender = _connection.CreateAppender("sent"))
        {
            foreach (var (index, (sent, offset)) in stored.Index())
            {
                appender.CreateRow()
                    .AppendValue(index).AppendValue(Microseconds(sent.Time)).AppendValue(Microseconds(sent.IngestedAt)).AppendValue(sent.Partition).AppendValue(offset)
                    .AppendValue(sent.Subject).AppendValue(sent.Number).AppendValue(sent.Text).AppendValue(sent.Model ?? "").AppendValue(sent.Kind)
                    .EndRow();
            }
        }

        Execute($"create table owners as select * from (values {string.Join(", ", owners.Select(owner => $"({Text(owner.Key)}, '{owner.Value}')"))}) as o (subject, owner)");

        // 38 digits are the most that DuckDB has; the values leave room for their sum.
        Execute("""
            create table events as
            select * replace (number::decimal(38, 18) as number), row_number() over (order by time, ingested_at, partition, "offset") as rank, coalesce(owner, '') as customer
            from sent left join owners using (subject)
            """);
    }

    /// <summary>One line a row, as <see cref="Line"/> writes it.</summary>
    public IReadOnlyList<string> Ask(Meter meter, UsageQuery query)
    {
        var groups = new List<string>();
        if (query.WindowSize is not null)
            groups.AddRange("w.start", "w.stop");
        if (query.GroupBySubject)
            groups.Add("subject");
        if (query.GroupByCustomer)
            groups.Add("customer");
        groups.AddRange(query.Dimensions.Order(StringComparer.Ordinal));
        var grouping = groups.Count == 0 ? "having count(*) > 0" : $"group by {string.Join(", ", groups)} order by {string.Join(", ", groups)}";
        using var command = _connection.CreateCommand();
        command.CommandText = $"""
            select {Aggregate(meter.Aggregation)}, count(*), min(time), max(time){string.Concat(groups.Select(group => $", {group}"))}
            from events join (values {Windows(query)}) as w (i, start, stop) using (i)
            where {Conditions(meter, query)}
            {grouping}
            """;
        var lines = new List<string>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
            lines.Add(ReadLine(reader, meter, query));
        return lines;
    }

    /// <summary>A row of an answer in words.</summary>
    public static string Line(DateTimeOffset start, DateTimeOffset end, string? subject, string? customer, IEnumerable<string> dimensions, string value) =>
        $"{start:yyyy-MM-ddTHH:mm:ss.ffffffzzz} {end:yyyy-MM-ddTHH:mm:ss.ffffffzzz} {subject ?? "-"} {customer ?? "-"} [{string.Join('|', dimensions)}] {value}";

    public void Dispose() => _connection.Dispose();

    private static string ReadLine(DuckDBDataReader reader, Meter meter, UsageQuery query)
    {
        var column = 4;
        var (start, end) = query.WindowSize is null
            ? (query.From ?? Minute(reader.GetInt64(2)), query.To ?? Minute(reader.GetInt64(3)).AddMinutes(1))
            : (Time(reader.GetInt64(column++)), Time(reader.GetInt64(column++)));
        var subject = query.GroupBySubject ? reader.GetString(column++) : null;
        var customer = query.GroupByCustomer ? reader.GetString(column++) : null;
        var dimensions = query.Dimensions.Select(_ => reader.GetString(column++)).ToList();
        var value = reader.GetString(0);
        return Line(
            TestCalendar.InZone(start, query.TimeZone.Id), TestCalendar.InZone(end, query.TimeZone.Id), subject, customer, dimensions,
            meter.Aggregation == Aggregation.Avg ? Divide(value, reader.GetInt64(1)) : Trim(value));
    }

    private static string Aggregate(Aggregation aggregation) => aggregation switch
    {
        Aggregation.Count => "count(*)::varchar",
        Aggregation.Sum or Aggregation.Avg => "sum(number)::varchar",
        Aggregation.Min => "min(number)::varchar",
        Aggregation.Max => "max(number)::varchar",
        Aggregation.UniqueCount => "count(distinct value)::varchar",
        _ => "arg_max(number, rank)::varchar",
    };

    private string Windows(UsageQuery query) => string.Join(", ", _events.Select((sent, i) =>
    {
        var (start, end) = query.WindowSize is { } size ? TestCalendar.WindowOf(sent.Time, size, query.TimeZone.Id) : default;
        return $"({i}, {Microseconds(start)}::bigint, {Microseconds(end)}::bigint)";
    }));

    private static string Conditions(Meter meter, UsageQuery query)
    {
        var conditions = new List<string>
        {
            meter.Aggregation switch { Aggregation.Count => "true", Aggregation.UniqueCount => "value is not null", _ => "number is not null" },
        };
        if (meter.EventFrom is { } eventFrom)
            conditions.Add($"time >= {Microseconds(eventFrom)}");
        if (query.From is { } from)
            conditions.Add($"time >= {Microseconds(from)}");
        if (query.To is { } to)
            conditions.Add($"time < {Microseconds(to)}");
        if (query.Subjects.Count > 0)
            conditions.Add($"subject in ({Texts(query.Subjects)})");
        if (query.Customers.Count > 0)
            conditions.Add($"customer in ({Texts(query.Customers.Select(id => id.ToString()))})");
        conditions.AddRange(query.Filters.Select(filter => Condition(filter.Dimension, filter.Filter)));
        return string.Join(" and ", conditions);
    }

    private static string Condition(string column, TextFilter filter) => filter switch
    {
        TextFilter.Compared compared => $"{column} {Operator(compared.Comparison)} {Text(compared.Value)}",
        TextFilter.In any => $"{column} {(any.IsNegated ? "not " : "")}in ({Texts(any.Values)})",
        TextFilter.Like like => $"{column} {(like.IsNegated ? "not " : "")}{(like.IgnoresCase ? "ilike" : "like")} {Text(like.Pattern)} escape '\\'",
        TextFilter.All all => $"({string.Join(" and ", all.Filters.Select(part => Condition(column, part)))})",
        TextFilter.Any any => $"({string.Join(" or ", any.Filters.Select(part => Condition(column, part)))})",
        _ => throw new InvalidOperationException("No such filter."),
    };

    private static string Operator(TextComparison comparison) => comparison switch
    {
        TextComparison.Equal => "=",
        TextComparison.NotEqual => "<>",
        TextComparison.Greater => ">",
        TextComparison.GreaterOrEqual => ">=",
        TextComparison.Less => "<",
        _ => "<=",
    };

    private static string Texts(IEnumerable<string> texts) => string.Join(", ", texts.Select(Text));

    private static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Trim(string number) => number.Contains('.', StringComparison.Ordinal) ? number.TrimEnd('0').TrimEnd('.') : number;

    /// <summary>Long division, digit by digit, to 28 digits from the first that is not 0; half away from zero.</summary>
    private static string Divide(string sum, long count)
    {
        var isNegative = sum[0] == '-';
        var digits = sum.TrimStart('-');
        var whole = digits.Split('.')[0];
        var fraction = digits.Contains('.', StringComparison.Ordinal) ? digits.Split('.')[1] : "";
        var (quotient, places, significant, remainder) = (BigInteger.Zero, 0, 0, BigInteger.Zero);
        for (var i = 0; i < whole.Length || significant < 28 && i < 100; i++)
        {
            var next = i < whole.Length ? whole[i] : i - whole.Length < fraction.Length ? fraction[i - whole.Length] : '0';
            remainder = remainder * 10 + (next - '0');
            quotient = quotient * 10 + remainder / count;
            remainder %= count;
            significant += quotient.IsZero ? 0 : 1;
            places += i < whole.Length ? 0 : 1;
        }

        // What was not brought down yet counts, too.
        var rest = fraction.Length > places ? BigInteger.Parse(fraction[places..], CultureInfo.InvariantCulture) : BigInteger.Zero;
        var scale = BigInteger.Pow(10, Math.Max(0, fraction.Length - places));
        if (2 * (remainder * scale + rest) >= count * scale)
            quotient += 1;
        var text = quotient.ToString(CultureInfo.InvariantCulture).PadLeft(places + 1, '0');
        var result = Trim(places == 0 ? text : $"{text[..^places]}.{text[^places..]}");
        return isNegative && !quotient.IsZero ? $"-{result}" : result;
    }

    private void Execute(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    private static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    private static DateTimeOffset Minute(long microseconds) => Time(microseconds - microseconds % 60_000_000);
}
