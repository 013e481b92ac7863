using System.Text;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Tenants;
using CloudNative.Metering.Validation;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;
using Npgsql;

[assembly: AssemblyFixture(typeof(TestServers))]

namespace CloudNative.Metering.Tests;

/// <summary>A migrated database with one tenant and one stream, and the short words that tests of the counting need.</summary>
internal sealed class MeteringDatabase : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly StreamIdentity Stream = new("usage-events", "t");

    private readonly RollupQuery _rollups;

    private MeteringDatabase(string connectionString)
    {
        Source = NpgsqlDataSource.Create(connectionString);
        _rollups = new RollupQuery(Source, TimeProvider.System);
    }

    public NpgsqlDataSource Source { get; }

    public Ulid TenantId { get; } = Ulid.NewUlid();

    public int StreamId { get; private set; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<MeteringDatabase> CreateAsync(TestServers servers)
    {
        var database = new MeteringDatabase(await servers.CreateDatabaseAsync(Cancellation));
        await using var context = database.OpenContext();
        await context.Database.MigrateAsync(Cancellation);
        context.Tenants.Add(new Tenant { Id = database.TenantId, Slug = "default", CreatedAt = Noon });
        await context.SaveChangesAsync(Cancellation);
        database.StreamId = await IngestOffsets.OpenStreamAsync(database.Source, Stream, false, Cancellation);
        return database;
    }

    public MeteringDbContext OpenContext()
    {
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(Source);
        MeteringDbContext.UseConventions(options);
        return new MeteringDbContext(options.Options);
    }

    public Task<Meter> AddMeterAsync(string slug, Aggregation aggregation = Aggregation.Sum, params string[] dimensions) =>
        AddMeterAsync(slug, null, aggregation, dimensions);

    public async Task<Meter> AddMeterAsync(string slug, DateTimeOffset? eventFrom, Aggregation aggregation = Aggregation.Sum, params string[] dimensions)
    {
        var meter = new Meter
        {
            Id = Ulid.NewUlid(),
            TenantId = TenantId,
            Slug = slug,
            EventType = "tokens",
            Aggregation = aggregation,
            ValueProperty = aggregation == Aggregation.Count ? null : "$.n",
            GroupBy = dimensions.Order(StringComparer.Ordinal).ToDictionary(name => name, name => $"$.{name}"),
            EventFrom = eventFrom,
            CreatedAt = Noon,
            UpdatedAt = Noon,
        };
        await using var context = OpenContext();
        await MeterHandOver.CreateAsync(context, meter, Cancellation);
        return meter;
    }

    /// <summary>The meter with other dimensions, as it is read afterwards.</summary>
    public async Task<Meter> RegroupAsync(Meter meter, params string[] dimensions)
    {
        await using (var context = OpenContext())
        {
            var present = await context.Meters.SingleAsync(m => m.Id == meter.Id, Cancellation);
            present.Change(new MeterUpdate { GroupBy = dimensions.ToDictionary(name => name, string? (name) => $"$.{name}") }, TimeProvider.System.GetUtcNow());
            await MeterRegrouping.SaveAsync(context, present, Cancellation);
        }

        return await ReadAsync(meter);
    }

    public async Task<Meter> ReadAsync(Meter meter)
    {
        await using var context = OpenContext();
        return await context.Meters.AsNoTracking().SingleAsync(m => m.Id == meter.Id, Cancellation);
    }

    public Task<PartitionClaim> TakeOverAsync(int partition) => IngestOffsets.TakeOverAsync(Source, StreamId, partition, 0, 0, Cancellation);

    public IngestRecord Record(long offset, string id, string data = """{"n":1}""", string subject = "acme", DateTimeOffset? time = null)
    {
        var json = Encoding.UTF8.GetBytes(
            $$"""{"specversion":"1.0","id":"{{id}}","source":"test","type":"tokens","subject":"{{subject}}","time":"{{time ?? Noon:O}}","data":{{data}}}""");
        var errors = new List<FieldError>();
        var events = UsageEventReader.Read(json, EventBody.One, errors);
        Assert.Empty(errors);
        return new IngestRecord(offset, Noon, TenantId, json) { Event = events[0] };
    }

    /// <summary>Events in one partition, taken over for the purpose.</summary>
    public async Task<StoreResult> StoreAsync(UsageEventStore store, int partition, params string[] ids)
    {
        var claim = await TakeOverAsync(partition);
        return await store.StoreAsync([Batch(claim, [.. ids.Select((id, i) => Record(claim.NextOffset + i, id))])], Cancellation);
    }

    public static PartitionBatch Batch(PartitionClaim claim, params IngestRecord[] records) => new(claim, claim.NextOffset + records.Length, records);

    public async Task<IReadOnlyList<UsageRow>> QueryAsync(Meter meter, UsageQuery? query = null) => (await AskAsync(meter, query)).Rows;

    public Task<Usage> AskAsync(Meter meter, UsageQuery? query = null) => _rollups.RunAsync(meter, query ?? new UsageQuery(), Cancellation);

    public async Task<string> TotalAsync(Meter meter) => (await QueryAsync(meter)) is [var row] ? row.Value.Digits : "none";

    public async Task<decimal> SumAsync(Meter meter, UsageQuery query) =>
        (await QueryAsync(meter, query)).Sum(row => decimal.Parse(row.Value.Digits, System.Globalization.CultureInfo.InvariantCulture));

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public async Task<long> ScalarAsync(string sql)
    {
        await using var command = Source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(Cancellation), System.Globalization.CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}
