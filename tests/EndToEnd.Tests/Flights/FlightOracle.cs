using System.Globalization;
using DuckDB.NET.Data;

namespace CloudNative.EndToEnd.Tests.Flights;

/// <summary>The same questions, answered by DuckDB over the same file.</summary>
internal sealed class FlightOracle(string file)
{
    /// <summary>Group to exact value; the group is <c>day|origin|destination</c> with what is not grouped by left empty.</summary>
    public async Task<SortedDictionary<string, string>> AskAsync(string value, bool byDay, bool byOrigin, bool byDestination, CancellationToken cancellationToken)
    {
        await using var connection = new DuckDBConnection("DataSource=:memory:");
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $$"""
            select {{(byDay ? "strftime(strptime(date, '%Y/%m/%d %H:%M'), '%Y-%m-%d')" : "''")}} as day,
                   {{(byOrigin ? "origin" : "''")}} as o, {{(byDestination ? "destination" : "''")}} as d, cast({{value}} as bigint)
            from read_json('{{file.Replace("'", "''", StringComparison.Ordinal)}}', columns = {date: 'varchar', delay: 'bigint', distance: 'bigint', origin: 'varchar', destination: 'varchar'})
            group by day, o, d
            """;
        var answer = new SortedDictionary<string, string>(StringComparer.Ordinal);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            answer.Add($"{reader.GetString(0)}|{reader.GetString(1)}|{reader.GetString(2)}", reader.GetInt64(3).ToString(CultureInfo.InvariantCulture));
        return answer;
    }
}
