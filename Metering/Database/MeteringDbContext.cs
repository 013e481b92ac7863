using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Subjects;
using CloudNative.Metering.Tenants;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CloudNative.Metering.Database;

/// <summary>
/// The nouns people edit. Events and rollups live in the same database but not here: they are written in sets, with plain Npgsql.
/// </summary>
public sealed class MeteringDbContext(DbContextOptions<MeteringDbContext> options) : DbContext(options)
{
    /// <summary>Name of the database resource and of its connection string.</summary>
    public const string ConnectionName = "metering";

    /// <summary>Name of the query filter that hides deleted meters and customers, for <c>IgnoreQueryFilters</c>.</summary>
    public const string LiveOnly = "live";

    /// <summary>Name of the index that keeps a slug unique, as it stands in PostgreSQL's error.</summary>
    public const string MeterSlugIndex = "ix_meters_tenant_id_slug";

    /// <summary>Name of the key that lets a subject belong to one customer only, as it stands in PostgreSQL's error.</summary>
    public const string CustomerSubjectKey = "pk_customer_subjects";

    public DbSet<Tenant> Tenants => Set<Tenant>();

    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<Meter> Meters => Set<Meter>();

    public DbSet<Customer> Customers => Set<Customer>();

    /// <summary>Read only: the database keeps them.</summary>
    public DbSet<CustomerSubject> CustomerSubjects => Set<CustomerSubject>();

    public DbSet<Subject> Subjects => Set<Subject>();

    /// <summary>What every context must be made with (here and not in OnConfiguring, which pooling forbids).</summary>
    public static void UseConventions(DbContextOptionsBuilder options) => options.UseSnakeCaseNamingConvention();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Ulid>().HaveConversion<UlidConverter>();
        configurationBuilder.Properties<Aggregation>().HaveConversion<AggregationConverter>();
        configurationBuilder.Properties<IReadOnlyDictionary<string, string>>()
            .HaveConversion<JsonTextMap.Converter, JsonTextMap.Comparer>().HaveColumnType("jsonb");
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Tenant>(tenant =>
        {
            tenant.Property(t => t.Slug).HasMaxLength(MeterRules.MaxSlugLength);
            tenant.HasIndex(t => t.Slug).IsUnique();
        });
        modelBuilder.Entity<ApiKey>(key =>
        {
            key.Property(k => k.Name).HasMaxLength(ApiKey.MaxNameLength);
            key.HasIndex(k => k.Hash).IsUnique();
            key.HasIndex(k => new { k.TenantId, k.Id });
            key.HasOne<Tenant>().WithMany().HasForeignKey(k => k.TenantId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<Meter>(meter =>
        {
            meter.Property(m => m.Version).IsRowVersion();
            meter.HasIndex(m => new { m.TenantId, m.Slug }).IsUnique().HasFilter("deleted_at is null").HasDatabaseName(MeterSlugIndex);
            meter.HasQueryFilter(LiveOnly, m => m.DeletedAt == null);
            meter.HasOne<Tenant>().WithMany().HasForeignKey(m => m.TenantId).OnDelete(DeleteBehavior.Restrict);
            meter.HasIndex(m => m.Generation).IsUnique();
            meter.HasOne(m => m.Replaced).WithOne().HasForeignKey<ReplacedGeneration>(r => r.MeterId).OnDelete(DeleteBehavior.Cascade);
            meter.Navigation(m => m.Replaced).AutoInclude();
        });
        modelBuilder.Entity<ReplacedGeneration>(replaced =>
        {
            replaced.ToTable("replaced_generations");
            replaced.HasKey(r => r.MeterId);
        });
        modelBuilder.Entity<Customer>(customer =>
        {
            customer.Property(c => c.Version).IsRowVersion();
            customer.Property(c => c.BillingAddress).HasConversion<BillingAddressJson>().HasColumnType("jsonb");
            customer.HasIndex(c => new { c.TenantId, c.Key });
            customer.HasQueryFilter(LiveOnly, c => c.DeletedAt == null);
            customer.HasOne<Tenant>().WithMany().HasForeignKey(c => c.TenantId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<CustomerSubject>(subject =>
        {
            subject.HasKey(s => new { s.TenantId, s.Subject }).HasName(CustomerSubjectKey);
            subject.HasIndex(s => s.CustomerId);
        });
        modelBuilder.Entity<Subject>(subject =>
        {
            subject.HasIndex(s => new { s.TenantId, s.Key }).IsUnique();
            subject.HasOne<Tenant>().WithMany().HasForeignKey(s => s.TenantId).OnDelete(DeleteBehavior.Restrict);
        });
    }

    private sealed class UlidConverter() : ValueConverter<Ulid, Guid>(id => id.ToUuid(), uuid => uuid.ToUlid());

    private sealed class AggregationConverter()
        : ValueConverter<Aggregation, string>(value => AggregationName.Of(value), name => AggregationName.Parse(name));
}
