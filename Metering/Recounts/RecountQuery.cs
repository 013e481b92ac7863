using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Recounts;

/// <summary>What the recounts found.</summary>
/// <param name="Hours">Hours of the range that were recounted.</param>
/// <param name="Differing">Those that do not agree, newest first; at most 100.</param>
public sealed record RecountSummary(int Hours, IReadOnlyList<HourRecount> Differing);

/// <summary>Reads what the recounts found.</summary>
public sealed class RecountQuery(NpgsqlDataSource dataSource, TimeProvider clock)
{
    private const string HoursSql = "select count(*)::integer from recounts where tenant_id = @tenant and hour > @from - interval '1 hour' and hour < @to";

    private const string DifferingSql = """
        select hour, checked_at, differences, detail from recounts
        where tenant_id = @tenant and hour > @from - interval '1 hour' and hour < @to and differences > 0
        order by hour desc
        limit 100
        """;

    // Only hours that are still recounted: nothing could clear the alarm of the others.
    private const string TotalSql = """
        select count(*) filter (where differences > 0), coalesce(sum(differences), 0)::bigint, coalesce(sum(missing), 0)::bigint
        from recounts
        where (differences > 0 or missing > 0) and hour >= @from
          and (exists (select from event_segments where id = 1) or hour > (select min(opened_at) + interval '1 hour' from event_segments))
        """;

    /// <summary>The tenant's hours that touch the range.</summary>
    public async Task<RecountSummary> RunAsync(Ulid tenantId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var batch = dataSource.CreateBatch();
        foreach (var sql in (string[])[HoursSql, DifferingSql])
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql)
            {
                Parameters = { new("tenant", tenantId.ToUuid()), new("from", from), new("to", to) },
            });
        }

        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        var hours = reader.GetInt32(0);
        await reader.NextResultAsync(cancellationToken);
        var differing = new List<HourRecount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            differing.Add(new HourRecount(
                tenantId, reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetInt32(2), reader.GetString(3)));
        }

        return new RecountSummary(hours, differing);
    }

    /// <summary>Of all tenants, and as far back as is recounted: hours that do not agree, their differences, and acknowledged events that were never received.</summary>
    public async Task<(long Hours, long Differences, long Missing)> TotalAsync(CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(TotalSql);
        command.Parameters.AddWithValue("from", BookRecount.ClosedUntil(clock) - BookRecount.LookBack);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
