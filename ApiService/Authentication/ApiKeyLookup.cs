using System.Globalization;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using Npgsql;
using ZiggyCreatures.Caching.Fusion;

namespace CloudNative.ApiService.Authentication;

/// <summary>
/// Finds out whom a key stands for: in memory, then in Redis, then in PostgreSQL. While PostgreSQL is away, keys that were good within
/// the last day stay good, so that ingest goes on.
/// </summary>
internal sealed class ApiKeyLookup(
    [FromKeyedServices(ApiKeyLookup.CacheName)] IFusionCache cache, NpgsqlDataSource database, ApiKeyChanges changes, UsedKeys used, TimeProvider clock)
{
    public const string CacheName = "api-keys";

    private const string Sql = """
        select id, tenant_id, scopes, expires_at, (extract(epoch from changed_at) * 1000000)::bigint from api_keys where hash = $1 and revoked_at is null
        """;

    /// <summary>Null when no such key is good.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL is away and the key was not seen before, or was changed since.</exception>
    public async ValueTask<ApiKeyIdentity?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (key.Length is 0 or > ApiKeyHash.MaxKeyLength)
            return null;
        var hash = ApiKeyHash.Of(key);
        var name = NameOf(hash);
        try
        {
            var identity = await GetAsync(name, hash, null, cancellationToken);
            if (identity is not null && changes.IsOutdated(name, identity.ChangedAt))
            {
                // Somebody who had read it before the change wrote it into a cache after that.
                await cache.RemoveAsync(name, token: cancellationToken);
                identity = await GetAsync(name, hash, fresh => fresh.SetSkipDistributedCacheRead(true), cancellationToken);
            }

            if (identity is null || identity.ExpiresAt <= clock.GetUtcNow())
                return null;
            used.Note(identity.KeyId);
            return identity;
        }
        catch (Exception failure) when (failure is NpgsqlException or SyntheticTimeoutException or TimeoutException)
        {
            throw new DatabaseUnavailableException(failure);
        }
    }

    /// <summary>Whether this process knows the key as one that was good lately; nobody else is asked.</summary>
    public bool IsRemembered(string key) =>
        key.Length <= ApiKeyHash.MaxKeyLength
        && cache.TryGet<ApiKeyIdentity?>(NameOf(ApiKeyHash.Of(key)), options => options.SetSkipDistributedCacheRead(true).SetAllowStaleOnReadOnly(true))
            is { HasValue: true, Value: not null };

    /// <summary>What is known of a key is outdated, as PostgreSQL tells it: the hash in hexadecimal, and when it was changed.</summary>
    public void Forget(string notification)
    {
        var parts = notification.Split(' ');
        changes.Add(parts[0], long.Parse(parts[1], CultureInfo.InvariantCulture));
        // From memory only: what Redis has is outdated, too, and is not believed.
        cache.Remove(parts[0], options => options.SetSkipDistributedCacheWrite(true, skipBackplaneNotifications: true));
    }

    /// <summary>
    /// Takes a changed key out of Redis, where a process that starts while PostgreSQL is away would find it. The notification does the rest.
    /// </summary>
    public ValueTask DropAsync(ApiKey key, CancellationToken cancellationToken) =>
        cache.RemoveAsync(NameOf(key.Hash), token: cancellationToken);

    private static string NameOf(byte[] hash) => Convert.ToHexStringLower(hash);

    private ValueTask<ApiKeyIdentity?> GetAsync(
        string name, byte[] hash, Action<FusionCacheEntryOptions>? setup, CancellationToken cancellationToken)
    {
        Func<FusionCacheFactoryExecutionContext<ApiKeyIdentity?>, CancellationToken, Task<ApiKeyIdentity?>> read =
            (context, token) => ReadAsync(hash, context, token);
        return setup is null
            ? cache.GetOrSetAsync<ApiKeyIdentity?>(name, read, token: cancellationToken)
            : cache.GetOrSetAsync<ApiKeyIdentity?>(name, read, setup, token: cancellationToken);
    }

    private async Task<ApiKeyIdentity?> ReadAsync(
        byte[] hash, FusionCacheFactoryExecutionContext<ApiKeyIdentity?> context, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue(hash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
        {
            DateTimeOffset? expiresAt = await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetFieldValue<DateTimeOffset>(3);
            return new ApiKeyIdentity(
                reader.GetGuid(0).ToUlid(), reader.GetGuid(1).ToUlid(), reader.GetFieldValue<string[]>(2), expiresAt, reader.GetInt64(4));
        }

        // A wrong key is remembered here only, and briefly: guesses must not fill Redis, and a key that is created must work at once.
        context.Options.SetDuration(ApiKeyCaching.UnknownFor).SetFailSafe(false);
        // A key that was good stands in Redis: that entry is replaced, else it would come back to life when PostgreSQL is away.
        context.Options.SetSkipDistributedCacheWrite(!context.HasStaleValue, skipBackplaneNotifications: true);
        return null;
    }
}
