using CloudNative.Fault.Tests.Parts;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.Fault.Tests.Checks;

/// <summary>Where a sink's transactions stand, as PostgreSQL sees them: so a test disturbs them there and nowhere else, and knows that it did.</summary>
internal static class SinkTransactions
{
    /// <summary>It has moved offsets and waits for the books, which the test holds.</summary>
    public const string InTheMiddle = "wait_event_type = 'Lock' and wait_event = 'relation' and backend_xid is not null";

    /// <summary>Its commit has come, and is not answered.</summary>
    public const string AtCommit = "wait_event = 'SyncRep'";

    /// <summary>It has moved offsets, whose rows are locked, and its client does nothing.</summary>
    public const string Stalled = "state = 'idle in transaction' and backend_xid is not null";

    /// <summary>It asked for offsets that are another's now and moved none: it has written nothing. Its client does nothing.</summary>
    public const string Fenced = "state = 'idle in transaction' and backend_xid is null";

    private const string Nobody = "nobody";

    /// <summary>Waits until one of the sink's transactions is there.</summary>
    public static Task UntilAsync(FaultySystem system, Part sink, string state) =>
        Eventually.GetAsync(token => CountAsync(system, sink, state, token), count => count > 0, $"a transaction of {sink.Name}: {state}");

    /// <summary>Waits until none of the sink's transactions is there any more.</summary>
    public static Task UntilNoneAsync(FaultySystem system, Part sink, string state) =>
        Eventually.GetAsync(token => CountAsync(system, sink, state, token), count => count == 0, $"no transaction of {sink.Name}: {state}");

    /// <summary>Until it is disposed, every transaction that counts stays <see cref="InTheMiddle"/>.</summary>
    public static async Task<IAsyncDisposable> HoldBooksAsync(FaultySystem system, CancellationToken cancellationToken)
    {
        var connection = await system.Source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand("begin; lock table ledger in exclusive mode", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    /// <summary>Until it is disposed, every transaction that wrote something stays <see cref="AtCommit"/>: it waits for a standby that there is not. Then it is committed.</summary>
    public static async Task<IAsyncDisposable> HoldCommitsAsync(FaultySystem system, CancellationToken cancellationToken)
    {
        await WaitForStandbyAsync(system, $"= {Nobody}", cancellationToken);
        return new HeldCommits(system);
    }

    private static async Task<long> CountAsync(FaultySystem system, Part sink, string state, CancellationToken cancellationToken)
    {
        // What counts holds the lock of all that counts.
        await using var command = system.Source.CreateCommand($"""
            select count(*) from pg_stat_activity a where application_name = '{sink.Name}' and {state}
              and exists (select from pg_locks l where l.pid = a.pid and l.locktype = 'advisory' and l.mode = 'ShareLock' and l.granted)
            """);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task WaitForStandbyAsync(FaultySystem system, string standby, CancellationToken cancellationToken)
    {
        foreach (var sql in (string[])[$"alter system set synchronous_standby_names {standby}", "select pg_reload_conf()"])
        {
            await using var command = system.Source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private sealed class HeldCommits(FaultySystem system) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await WaitForStandbyAsync(system, "to default", CancellationToken.None);
    }
}
