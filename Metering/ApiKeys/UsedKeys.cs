using System.Collections.Concurrent;
using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.ApiKeys;

/// <summary>When each key was used last, noted in memory and written now and then: no request waits for it, and a killed process loses what it had not written.</summary>
public sealed class UsedKeys(NpgsqlDataSource dataSource, TimeProvider clock)
{
    // Of several processes the latest use stays. In order of the ids, so that two of them can't wait for each other.
    private const string Sql = """
        update api_keys set last_used_at = used.at
        from (select k.id, u.at from api_keys k join unnest(@ids, @times) u (id, at) using (id) order by k.id for no key update of k) used
        where api_keys.id = used.id and (last_used_at is null or last_used_at < used.at)
        """;

    // A key that is not used for so long is forgotten here.
    private const long IdleTicks = TimeSpan.TicksPerHour;

    private readonly ConcurrentDictionary<Ulid, Use> _uses = new();

    public void Note(Ulid keyId) => Volatile.Write(ref _uses.GetOrAdd(keyId, static _ => new Use()).At, clock.GetUtcNow().UtcTicks);

    /// <summary>Writes what was used since it was written last; what can't be written stays for the next call. Not to be called twice at once.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        var used = _uses.Select(use => (KeyId: use.Key, Use: use.Value, At: Volatile.Read(ref use.Value.At))).Where(use => use.At != use.Use.Written).ToList();
        if (used.Count > 0)
        {
            await using var command = dataSource.CreateCommand(Sql);
            command.Parameters.Add(SqlArray.Of("ids", NpgsqlDbType.Uuid, used, use => use.KeyId.ToUuid()));
            command.Parameters.Add(SqlArray.Of("times", NpgsqlDbType.TimestampTz, used, use => new DateTimeOffset(use.At, TimeSpan.Zero)));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        foreach (var use in used)
            use.Use.Written = use.At;
        var idle = clock.GetUtcNow().UtcTicks - IdleTicks;
        foreach (var (keyId, use) in _uses.Where(use => use.Value.Written == use.Value.At && use.Value.At < idle))
            _uses.TryRemove(KeyValuePair.Create(keyId, use));
    }

    private sealed class Use
    {
        public long At;
        public long Written;
    }
}
