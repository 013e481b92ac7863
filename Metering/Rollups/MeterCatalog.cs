using CloudNative.Metering.Database;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>
/// Every meter of every tenant at one version. PostgreSQL raises the version in the transaction that changes a meter or a tenant, so a sink
/// that reads it inside its own transaction never counts with a catalog older than a meter whose creation was answered.
/// </summary>
public sealed class MeterCatalog
{
    public const string VersionSql = "select version from meter_catalog";

    private readonly ILookup<(Ulid, string), CountingMeter> _meters;
    private readonly Dictionary<Ulid, CountingMeter> _byId;
    private readonly HashSet<Ulid> _tenants;

    private MeterCatalog(long version, ILookup<(Ulid, string), CountingMeter> meters, HashSet<Ulid> tenants)
    {
        Version = version;
        _meters = meters;
        _byId = meters.SelectMany(group => group).ToDictionary(meter => meter.Id);
        _tenants = tenants;
    }

    public long Version { get; }

    public bool HasTenant(Ulid tenantId) => _tenants.Contains(tenantId);

    /// <summary>Null when the meter is deleted, or has another generation by now.</summary>
    public CountingMeter? Find(Ulid generation) => _byId.GetValueOrDefault(generation);

    public IEnumerable<CountingMeter> Of(Ulid tenantId) => _meters.Where(meters => meters.Key.Item1 == tenantId).SelectMany(meters => meters);

    public IEnumerable<CountingMeter> For(Ulid tenantId, string eventType) => _meters[(tenantId, eventType)];

    /// <summary>Reads the catalog; the version is read first, so that a change in between only leads to one more reading.</summary>
    public static async Task<MeterCatalog> LoadAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(VersionSql, connection, transaction);
        var version = (long)(await command.ExecuteScalarAsync(cancellationToken))!;

        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(connection);
        MeteringDbContext.UseConventions(options);
        await using var context = new MeteringDbContext(options.Options);
        if (transaction is not null)
            await context.Database.UseTransactionAsync(transaction, cancellationToken);

        var meters = await context.Meters.AsNoTracking().ToListAsync(cancellationToken);
        var tenants = await context.Tenants.Select(tenant => tenant.Id).ToHashSetAsync(cancellationToken);
        var counted = meters.SelectMany(meter => meter.AsReplaced() is { } replaced ? [meter, replaced] : new[] { meter });
        return new MeterCatalog(version, counted.ToLookup(meter => (meter.TenantId, meter.EventType), meter => new CountingMeter(meter)), tenants);
    }
}
