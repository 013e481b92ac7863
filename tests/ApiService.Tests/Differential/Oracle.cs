using System.Globalization;
using System.Numerics;
using CloudNative.Metering.Meters;
using DuckDB.NET.Data;

namespace CloudNative.ApiService.Tests.Differential;

/// <summary>Answers from the events themselves: grouped and added up by DuckDB, in windows by NodaTime.</summary>
internal sealed class Oracle : IDisposable
{
    /// <summary>Microseconds.</summary>
    private const long Minute = 60_000_000;

    private readonly DuckDBConnection _connection = new("DataSource=:memory:");
    private IReadOnlyList<TestEvent> _events = [];

    public Oracle() => _connection.Open();

    /// <summary>All that was ever stored, and whose the subjects are.</summary>
    public void Know(IReadOnlyList<StoredEvent> stored, IEnumerable<(string Id, IReadOnlyList<string> Subjects)> customers)
    {
        _events = [.. stored.Select(row => row.Event)];
        Execute("""
            create or replace table sent (
                i integer, time bigint, ingested_at bigint, partition integer, "offset" bigint, dropped_by integer,
                subject varchar, number varchar, value varchar, model varchar, kind varchar)
            """);
        using (var appender = _connection.CreateAppender("sent"))
        {
            foreach (var (index, (sent, _, offset, droppedBy)) in stored.Index())
            {
                appender.CreateRow()
                    .AppendValue(index).AppendValue(Microseconds(sent.Time)).AppendValue(Microseconds(sent.IngestedAt)).AppendValue(sent.Partition).AppendValue(offset).AppendValue(droppedBy)
                    .AppendValue(sent.Subject).AppendValue(sent.Value.Number).AppendValue(sent.Value.Text).AppendValue(sent.Model ?? "").AppendValue(sent.Kind)
                    .EndRow();
            }
        }

        Execute("create or replace table owners (subject varchar, owner varchar)");
        using (var appender = _connection.CreateAppender("owners"))
        {
            foreach (var (id, subjects) in customers)
            {
                foreach (var subject in subjects)
                    appender.CreateRow().AppendValue(subject).AppendValue(id).EndRow();
            }
        }

        // 38 digits are the most that DuckDB has; the values leave room for their sum.
        Execute("""
            create or replace table events as
            select * replace (number::decimal(38, 18) as number), row_number() over (order by time, ingested_at, partition, "offset") as rank, coalesce(owner, '') as customer
            from sent left join owners using (subject)
            """);
    }

    /// <summary>Whether the question cuts a minute of which the meter counted events that are gone, of the subjects that are asked for.</summary>
    public bool IsRefused(TestMeter meter, Question question)
    {
        var minutes = new[] { question.From, question.To }.OfType<DateTimeOffset>().Select(Microseconds).Where(edge => edge != Down(edge))
            .Select(edge => $"time >= {Down(edge)} and time < {Down(edge) + Minute}").ToList();
        if (minutes.Count == 0)
            return false;
        using var command = _connection.CreateCommand();
        command.CommandText = $"""
            select count(*) from events where dropped_by < {int.MaxValue} and ({string.Join(" or ", minutes)}) and {string.Join(" and ", Counted(meter, question))}
            """;
        return (long)command.ExecuteScalar()! > 0;
    }

    /// <summary>One line a row, as <see cref="Line"/> writes it.</summary>
    public IReadOnlyList<string> Ask(TestMeter meter, Question question)
    {
        var windows = Windows(question);
        if (windows.Length == 0)
            return [];
        var groups = new List<string>();
        if (question.WindowSize is not null)
            groups.AddRange("w.start", "w.stop");
        if (question.IsBySubject)
            groups.Add("subject");
        if (question.IsByCustomer)
            groups.Add("customer");
        groups.AddRange(question.Dimensions.Select(name => meter.Columns[name]));
        var grouping = groups.Count == 0 ? "having count(*) > 0" : $"group by {string.Join(", ", groups)} order by {string.Join(", ", groups)}";
        using var command = _connection.CreateCommand();
        command.CommandText = $"""
            select {Aggregate(meter.Aggregation)}, count(*), min(time), max(time){string.Concat(groups.Select(group => $", {group}"))}
            from events join (values {windows}) as w (i, start, stop) using (i)
            where {string.Join(" and ", Conditions(meter, question))}
            {grouping}
            """;
        var lines = new List<string>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
            lines.Add(ReadLine(reader, meter, question));
        return lines;
    }

    /// <summary>A row of an answer in words.</summary>
    public static string Line(DateTimeOffset start, DateTimeOffset end, string? subject, string? customer, IEnumerable<string> dimensions, string value) =>
        $"{start:yyyy-MM-ddTHH:mm:ss.ffffffzzz} {end:yyyy-MM-ddTHH:mm:ss.ffffffzzz} {subject ?? "-"} {customer ?? "-"} [{string.Join('|', dimensions)}] {value}";

    public void Dispose() => _connection.Dispose();

    private static string ReadLine(DuckDBDataReader reader, TestMeter meter, Question question)
    {
        var column = 4;
        var (start, end) = question.WindowSize is null
            ? (question.From ?? Time(Down(reader.GetInt64(2))), question.To ?? Time(Down(reader.GetInt64(3)) + Minute))
            : (Time(reader.GetInt64(column++)), Time(reader.GetInt64(column++)));
        var subject = question.IsBySubject ? reader.GetString(column++) : null;
        var customer = question.IsByCustomer ? reader.GetString(column++) : null;
        var dimensions = question.Dimensions.Select(_ => reader.GetString(column++)).ToList();
        var value = reader.GetString(0);
        return Line(
            TestCalendar.InZone(start, question.Zone), TestCalendar.InZone(end, question.Zone), subject, customer, dimensions,
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

    private string Windows(Question question) => string.Join(", ", _events.Select((sent, i) =>
    {
        var (start, end) = question.WindowSize is { } size ? TestCalendar.WindowOf(sent.Time, size, question.Zone) : default;
        return $"({i}, {Microseconds(start)}::bigint, {Microseconds(end)}::bigint)";
    }));

    /// <summary>What the meter counts of the subjects that are asked for, whenever.</summary>
    private static IEnumerable<string> Counted(TestMeter meter, Question question)
    {
        yield return meter.Aggregation switch { Aggregation.Count => "true", Aggregation.UniqueCount => "value is not null", _ => "number is not null" };
        yield return $"dropped_by >= {meter.Drops}";
        if (meter.EventFrom is { } eventFrom)
            yield return $"time >= {Microseconds(eventFrom)}";
        if (question.Subjects.Count > 0)
            yield return $"subject in ({Texts(question.Subjects)})";
    }

    private static IEnumerable<string> Conditions(TestMeter meter, Question question)
    {
        foreach (var condition in Counted(meter, question))
            yield return condition;
        if (question.From is { } from)
            yield return $"time >= {Microseconds(from)}";
        if (question.To is { } to)
            yield return $"time < {Microseconds(to)}";
        if (question.Customers.Count > 0)
            yield return $"customer in ({Texts(question.Customers)})";
        foreach (var (name, values) in question.Values)
            yield return $"{meter.Columns[name]} in ({Texts(values)})";
        foreach (var (name, filter) in question.Filters)
            yield return filter.ToSql(meter.Columns[name]);
    }

    private static string Texts(IEnumerable<string> texts) => string.Join(", ", texts.Select(Text));

    /// <summary>A literal.</summary>
    public static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

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

    private static long Down(long microseconds) => microseconds - microseconds % Minute;
}
