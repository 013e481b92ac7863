using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Tenants;
using CloudNative.Metering.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CloudNative.MigrationService.Development;

/// <summary>The tenant and the key that make a README's lines work as written.</summary>
internal sealed partial class DevelopmentTenant(
    MeteringDbContext database, IOptions<DevelopmentOptions> options, TimeProvider clock, ILogger<DevelopmentTenant> logger)
{
    public const string Slug = "default";
    public const string KeyName = "development";

    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if (options.Value.ApiKey is not { } key)
            return;
        var now = clock.GetUtcMicroseconds();
        var tenant = await database.Tenants.SingleOrDefaultAsync(t => t.Slug == Slug, cancellationToken);
        if (tenant is null)
        {
            tenant = new Tenant { Id = Ulid.NewUlid(now), Slug = Slug, CreatedAt = now };
            database.Add(tenant);
        }

        await SeedKeyAsync(tenant.Id, key, now, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        LogSeeded(logger, tenant.Slug);
    }

    /// <summary>Exactly one key of that name is good: on a kept data volume the parameter may have changed since the last run.</summary>
    private async Task SeedKeyAsync(Ulid tenantId, string key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hash = ApiKeyHash.Of(key);
        var known = await database.ApiKeys
            .Where(k => k.TenantId == tenantId && k.Name == KeyName && k.RevokedAt == null)
            .ToListAsync(cancellationToken);
        foreach (var old in known.Where(k => !k.Hash.AsSpan().SequenceEqual(hash)))
            old.Revoke(now);
        if (known.Exists(k => k.Hash.AsSpan().SequenceEqual(hash)))
            return;
        database.RemoveRange(await database.ApiKeys.Where(k => k.Hash == hash).ToListAsync(cancellationToken));
        database.Add(GivenKey.Create(tenantId, KeyName, key, now));
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Tenant {Tenant} and its development API key exist.")]
    private static partial void LogSeeded(ILogger logger, string tenant);
}
