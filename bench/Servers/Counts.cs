using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using Npgsql;

namespace CloudNative.Bench.Servers;

/// <summary>Asks the database what was counted.</summary>
internal sealed class Counts(NpgsqlDataSource database)
{
    // With nothing moving for this long, it will not.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    /// <summary>Records that are committed; the topic's offsets start at 0.</summary>
    public Task<long> RecordsAsync(CancellationToken cancellationToken) =>
        ScalarAsync<long>("select coalesce(sum(next_offset), 0)::bigint from ingest_offsets", cancellationToken);

    public Task<long> EventsAsync(CancellationToken cancellationToken) => ScalarAsync<long>("select count(*) from usage_events", cancellationToken);

    /// <summary>Waits for the sink.</summary>
    /// <param name="onProgress">Told how many records are committed, whenever that is seen to change.</param>
    /// <exception cref="CountMismatchException">It does not get there, or gets too far.</exception>
    public async Task UntilCountedAsync(long records, CancellationToken cancellationToken, Action<long>? onProgress = null)
    {
        var (last, movedAt) = (-1L, Stopwatch.GetTimestamp());
        while (last < records)
        {
            var now = await RecordsAsync(cancellationToken);
            if (now != last)
            {
                (last, movedAt) = (now, Stopwatch.GetTimestamp());
                onProgress?.Invoke(now);
            }
            else if (Stopwatch.GetElapsedTime(movedAt) > Patience)
                break;
            else
                await Task.Delay(PollInterval, cancellationToken);
        }

        CountMismatchException.ThrowUnless(records, last, "Records that the sink committed");
    }

    /// <summary>Events and values that the one meter has counted.</summary>
    public async Task<Sent> CountedAsync(CancellationToken cancellationToken) => new(
        await ScalarAsync<long>("select coalesce(sum(events), 0)::bigint from rollups", cancellationToken),
        await ScalarAsync<long>("select coalesce(sum(total), 0)::bigint from rollups", cancellationToken));

    /// <summary>Every event is stored once and counted once, with its value.</summary>
    public async Task CheckAsync(Sent distinct, CancellationToken cancellationToken)
    {
        var counted = await CountedAsync(cancellationToken);
        CountMismatchException.ThrowUnless(distinct.Events, counted.Events, "Counted events");
        CountMismatchException.ThrowUnless(distinct.Tokens, counted.Tokens, "Counted tokens");
        CountMismatchException.ThrowUnless(distinct.Events, await EventsAsync(cancellationToken), "Stored events");
    }

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
