using System.Globalization;
using DuckDB.NET.Data;

namespace CloudNative.Bench.Load;

/// <summary>Asks raw events in DuckDB: the columns that every event has, and its data as the JSON that was sent.</summary>
internal sealed class DuckDbQuestioner : IQuestioner
{
    private static readonly string FillSql = $$"""
        create table events as
        select 'id-' || i as id, 'bench' as source, 'prompt' as type, 'customer-' || lpad(({{HistoryEvents.Series}} % {{BenchEvent.Subjects}})::varchar, 4, '0') as subject,
               timestamp '{{HistoryEvents.From.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}}' + to_minutes({{HistoryEvents.Minute("//")}}) as time,
               '{"tokens":' || {{HistoryEvents.Tokens}} || ',"model":"gpt-4o","kind":"input"}' as data
        from range($events) r(i)
        order by time
        """;

    private static readonly string AskSql = $"""
        select sum(cast(json_extract_string(data, '$.tokens') as decimal(28, 9)))
        from events
        where type = 'prompt' and subject = $subject and time >= timestamp '{HistoryEvents.From:yyyy-MM-dd}' and time < timestamp '{HistoryEvents.To:yyyy-MM-dd}'
        group by date_trunc('day', time)
        order by date_trunc('day', time)
        """;

    private readonly DuckDBConnection _connection = new("DataSource=:memory:");

    private DuckDbQuestioner()
    {
    }

    public static async Task<DuckDbQuestioner> OpenAsync(long events, CancellationToken cancellationToken)
    {
        var questioner = new DuckDbQuestioner();
        await questioner._connection.OpenAsync(cancellationToken);
        await using var fill = questioner._connection.CreateCommand();
        fill.CommandText = FillSql.Replace("$events", events.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        await fill.ExecuteNonQueryAsync(cancellationToken);
        return questioner;
    }

    public async Task<IReadOnlyList<decimal>> AskAsync(string subject, CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = AskSql;
        command.Parameters.Add(new DuckDBParameter("subject", subject));
        var days = new List<decimal>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            days.Add(reader.GetDecimal(0));
        return days;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
