using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Events;

/// <summary>
/// Ends sink transactions that wait for a client which does nothing: a process that was stopped in the middle of one holds the rows of its partitions,
/// and whoever takes over waits for them. PostgreSQL's own time-outs do not reach a COPY that waits for its client.
/// </summary>
public static class StalledTransactions
{
    /// <summary>Far above what a client needs between two statements, also when it collects garbage; a COPY, of which only the start is known, may take three times as long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string Sql = $"""
        select count(pg_terminate_backend(a.pid))
        from pg_stat_activity a join pg_locks l on l.pid = a.pid and l.database = (select oid from pg_database where datname = current_database())
        where l.locktype = 'advisory' and l.granted and (l.classid, l.objid) = {CountingLock.Id}
          and a.pid <> pg_backend_pid() and a.wait_event = 'ClientRead'
          and greatest(a.query_start, a.state_change) < now() - @patience * case when a.state = 'active' then 3 else 1 end
        """;

    /// <summary>How many were ended. Their clients, when they go on, find the offsets moved by others.</summary>
    public static async Task<long> EndAsync(NpgsqlDataSource dataSource, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.AddWithValue("patience", patience);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
