using CloudNative.ApiService.Problems;
using CloudNative.ApiService.RateLimits;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Portal;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace CloudNative.ApiService.Portal;

/// <summary>
/// Finds a token in PostgreSQL, each time. Where an address has guessed too often, only tokens that were good here before are looked up: others there go on with
/// theirs.
/// </summary>
internal sealed class PortalTokenLookup(PortalTokenStore tokens, GuessQuota guesses) : IDisposable
{
    /// <summary>About 30 MB.</summary>
    private const int MaxRemembered = 100_000;

    private readonly MemoryCache _remembered = new(new MemoryCacheOptions { SizeLimit = MaxRemembered });

    /// <summary>Null when no such token is good.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL is away.</exception>
    public async Task<PortalToken?> FindAsync(string secret, HttpContext context, DateTimeOffset now)
    {
        if (guesses.IsUsedUp(context) && !_remembered.TryGetValue(NameOf(secret), out _))
            return null;
        try
        {
            if (await tokens.FindAsync(secret, context.RequestAborted) is not { } token || !token.IsGood(now))
                return null;
            _remembered.Set(NameOf(secret), true, new MemoryCacheEntryOptions { AbsoluteExpiration = token.ExpiresAt, Size = 1 });
            return token;
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            throw new DatabaseUnavailableException(failure);
        }
    }

    public void Dispose() => _remembered.Dispose();

    private static string NameOf(string secret) => Convert.ToHexStringLower(ApiKeyHash.Of(secret));
}
