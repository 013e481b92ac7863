using CloudNative.Bench.Servers;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Bench.Load;

/// <summary>Asks the rollups with a statement written for this one question, prepared, over one connection.</summary>
internal sealed class SqlQuestioner : IQuestioner
{
    private const string Sql = """
        select sum(r.total)
        from series s join coarse_rollups r on r.series = s.key
        where s.meter_id = (select id from meters where slug = $1) and left(s.subject, 512) = left($2, 512) and s.subject = $2
          and r.hours = 24 and r.start >= $3 and r.start < $4
        group by r.start
        order by r.start
        """;

    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlCommand _command;
    private readonly NpgsqlParameter<string> _subject = new() { NpgsqlDbType = NpgsqlDbType.Text };

    private SqlQuestioner(NpgsqlConnection connection)
    {
        _connection = connection;
        _command = new NpgsqlCommand(Sql, connection)
        {
            Parameters =
            {
                new() { Value = Databases.Meter }, _subject, new() { Value = HistoryEvents.From }, new() { Value = HistoryEvents.To },
            },
        };
    }

    public static async Task<SqlQuestioner> OpenAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var questioner = new SqlQuestioner(await database.OpenConnectionAsync(cancellationToken));
        questioner._subject.TypedValue = "";
        await questioner._command.PrepareAsync(cancellationToken);
        return questioner;
    }

    public async Task<IReadOnlyList<decimal>> AskAsync(string subject, CancellationToken cancellationToken)
    {
        _subject.TypedValue = subject;
        var days = new List<decimal>();
        await using var reader = await _command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            days.Add(reader.GetDecimal(0));
        return days;
    }

    public async ValueTask DisposeAsync()
    {
        await _command.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
