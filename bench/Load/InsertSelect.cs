using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Bench.Load;

/// <summary>What a person would write to fill a table of usage from the stored events.</summary>
internal static class InsertSelect
{
    private const string TableSql = """
        drop table if exists filled;
        create table filled (subject text, kind text, model text, minute timestamptz, events bigint, total numeric, primary key (subject, kind, model, minute))
        """;

    private const string FillSql = """
        insert into filled
        select subject, data ->> 'kind', data ->> 'model', date_trunc('minute', time, 'UTC'), count(*), sum((data ->> 'tokens')::numeric)
        from (
            select subject, time, convert_from(event, 'UTF8')::json -> 'data' as data from usage_events
            where tenant_id = @tenant and type = @type) e
        group by 1, 2, 3, 4
        """;

    /// <summary>Events per second.</summary>
    public static async Task<double> RateAsync(NpgsqlDataSource database, Ulid tenantId, Sent expected, CancellationToken cancellationToken)
    {
        await using var table = database.CreateCommand(TableSql);
        await table.ExecuteNonQueryAsync(cancellationToken);
        await using var fill = database.CreateCommand(FillSql);
        fill.CommandTimeout = 0;
        fill.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        fill.Parameters.AddWithValue("type", BenchEvent.Type);
        var started = Stopwatch.GetTimestamp();
        await fill.ExecuteNonQueryAsync(cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(started);
        await using var total = database.CreateCommand("select sum(total)::bigint from filled");
        CountMismatchException.ThrowUnless(expected.Tokens, (long)(await total.ExecuteScalarAsync(cancellationToken))!, "Tokens that the statement counted");
        return expected.Events / elapsed.TotalSeconds;
    }
}
