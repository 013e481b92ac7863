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
internal sealed class ApiKeyLookup([FromKeyedServices(ApiKeyLookup.CacheName)] IFusionCache cache, NpgsqlDataSource database)
{
    public const string CacheName = "api-keys";

    private const string Sql = "select id, tenant_id from api_keys where hash = $1 and revoked_at is null";

    /// <summary>Null when no such key is good.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL is away and the key was not seen before.</exception>
    public async ValueTask<ApiKeyIdentity?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (key.Length is 0 or > ApiKeyHash.MaxKeyLength)
            return null;
        var hash = ApiKeyHash.Of(key);
        try
        {
            return await cache.GetOrSetAsync<ApiKeyIdentity?>(
                Convert.ToHexString(hash),
                (context, token) => ReadAsync(hash, context, token),
                token: cancellationToken);
        }
        catch (Exception failure) when (failure is NpgsqlException or SyntheticTimeoutException or TimeoutException)
        {
            throw new DatabaseUnavailableException(failure);
        }
    }

    private async Task<ApiKeyIdentity?> ReadAsync(
        byte[] hash, FusionCacheFactoryExecutionContext<ApiKeyIdentity?> context, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Sql);
        command.Parameters.AddWithValue(hash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
            return new ApiKeyIdentity(reader.GetGuid(0).ToUlid(), reader.GetGuid(1).ToUlid());

        // A wrong key is remembered here only, and briefly: guesses must not fill Redis, and a key that is created must work at once.
        context.Options.SetDuration(ApiKeyCaching.UnknownFor).SetFailSafe(false);
        // A key that was good stands in Redis: that entry is replaced, else it would come back to life when PostgreSQL is away.
        context.Options.SetSkipDistributedCacheWrite(!context.HasStaleValue, skipBackplaneNotifications: true);
        return null;
    }
}
