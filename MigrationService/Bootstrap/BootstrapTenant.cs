using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Database;
using CloudNative.Metering.Tenants;
using CloudNative.Metering.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace CloudNative.MigrationService.Bootstrap;

/// <summary>
/// Creates the first tenant and its key, once. A key that was there before is left as it is: one that was revoked stays revoked, however
/// often the migration runs. Other keys of the tenant are not touched either, because by then people manage them.
/// </summary>
internal sealed partial class BootstrapTenant(
    MeteringDbContext database, IOptions<BootstrapOptions> options, TimeProvider clock, ILogger<BootstrapTenant> logger)
{
    public const string KeyName = "bootstrap";

    /// <exception cref="InvalidOperationException">The key is another tenant's.</exception>
    public async Task SeedAsync(CancellationToken cancellationToken)
    {
        if (options.Value is not { ApiKey: { } secret, Tenant: var slug })
            return;
        var now = clock.GetUtcMicroseconds();
        var hash = ApiKeyHash.Of(secret);
        var tenant = await database.Tenants.SingleOrDefaultAsync(t => t.Slug == slug, cancellationToken);
        if (await database.ApiKeys.SingleOrDefaultAsync(k => k.Hash == hash, cancellationToken) is { } known)
        {
            ReportKnown(known, tenant, now);
            return;
        }

        if (tenant is null)
            database.Add(tenant = new Tenant { Id = Ulid.NewUlid(now), Slug = slug, CreatedAt = now });
        database.Add(GivenKey.Create(tenant.Id, KeyName, secret, now));
        await database.SaveChangesAsync(cancellationToken);
        LogCreated(logger, slug);
    }

    private void ReportKnown(ApiKey known, Tenant? tenant, DateTimeOffset now)
    {
        if (known.TenantId != tenant?.Id)
            throw new InvalidOperationException($"The key in {BootstrapOptions.Section}:ApiKey belongs to another tenant than '{options.Value.Tenant}': give this one a key of its own.");
        if (known.IsGood(now))
            LogExists(logger, tenant.Slug);
        else
            LogEnded(logger, tenant.Slug);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Created the key 'bootstrap' of tenant {Tenant}.")]
    private static partial void LogCreated(ILogger logger, string tenant);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "The bootstrap key of tenant {Tenant} exists.")]
    private static partial void LogExists(ILogger logger, string tenant);

    [LoggerMessage(EventId = 3, Level = LogLevel.Warning,
        Message = "The bootstrap key of tenant {Tenant} was revoked or has expired and stays so. Whoever uses it, as the admin UI, needs another key.")]
    private static partial void LogEnded(ILogger logger, string tenant);
}
