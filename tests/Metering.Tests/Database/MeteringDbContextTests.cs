using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Tenants;
using CloudNative.Metering.Validation;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.Metering.Tests.Database;

public sealed class MeteringDbContextTests(TestServers servers) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, 123, 456, TimeSpan.Zero);

    private readonly Ulid _tenant = Ulid.NewUlid();
    private string _connection = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _connection = await servers.CreateDatabaseAsync(Token);
        await using var context = Open();
        await context.Database.MigrateAsync(Token);
        context.Add(new Tenant { Id = _tenant, Slug = "acme", CreatedAt = Now });
        await context.SaveChangesAsync(Token);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Migrations_AllApplied_MatchTheModel()
    {
        await using var context = Open();

        Assert.False(context.Database.HasPendingModelChanges());
        Assert.Empty(await context.Database.GetPendingMigrationsAsync(Token));
    }

    [Fact]
    public async Task SaveChanges_Meter_ReadsBackTheSame()
    {
        var meter = await AddAsync(Define("tokens"));

        await using var context = Open();
        var read = await context.Meters.SingleAsync(m => m.Id == meter.Id, Token);

        Assert.Equivalent(meter, read, strict: true);
        Assert.Equal(["Alpha", "beta", "model"], read.GroupBy.Keys);
    }

    [Fact]
    public async Task SaveChanges_SlugTwice_IsRefusedByTheNamedIndex()
    {
        await AddAsync(Define("tokens"));

        var refused = await Assert.ThrowsAsync<DbUpdateException>(() => AddAsync(Define("tokens")));

        var reason = Assert.IsType<PostgresException>(refused.InnerException);
        Assert.Equal(MeteringDbContext.MeterSlugIndex, reason.ConstraintName);
    }

    [Fact]
    public async Task Query_DeletedMeter_IsHiddenAndItsSlugFree()
    {
        var meter = await AddAsync(Define("tokens"));
        await using (var context = Open())
            await context.Meters.Where(m => m.Id == meter.Id).ExecuteUpdateAsync(set => set.SetProperty(m => m.DeletedAt, Now), Token);

        await AddAsync(Define("tokens"));

        await using var reader = Open();
        Assert.Equal(1, await reader.Meters.CountAsync(Token));
        Assert.Equal(2, await reader.Meters.IgnoreQueryFilters([MeteringDbContext.LiveOnly]).CountAsync(Token));
    }

    [Fact]
    public async Task Uuid_OfUlids_SortsAsTheyDo()
    {
        var ulids = Enumerable.Range(0, 50).Select(i => Ulid.NewUlid(Now.AddMilliseconds(i % 7))).ToArray();

        await using var connection = new NpgsqlConnection(_connection);
        await connection.OpenAsync(Token);
        await using var sort = new NpgsqlCommand("select array(select id from unnest($1) id order by id)", connection);
        sort.Parameters.AddWithValue(ulids.Select(u => u.ToUuid()).ToArray());
        var sorted = (Guid[])(await sort.ExecuteScalarAsync(Token))!;

        Assert.Equal(ulids.Order(), sorted.Select(uuid => uuid.ToUlid()));
    }

    private static MeterDefinition Define(string slug) => new()
    {
        Slug = slug,
        EventType = "prompt",
        Aggregation = "SUM",
        ValueProperty = "$['the value']",
        GroupBy = new Dictionary<string, string?> { ["model"] = "$.model", ["beta"] = "$.b", ["Alpha"] = "$.a" },
        Name = "Tokens \"and\" more",
        Metadata = new Dictionary<string, string?> { ["team"] = "ai" },
        EventFrom = "2026-01-01T00:00:00Z",
    };

    private async Task<Meter> AddAsync(MeterDefinition definition)
    {
        var errors = new List<FieldError>();
        var meter = MeterValidator.Create(definition, _tenant, Now, errors);
        Assert.Empty(errors);
        await using var context = Open();
        context.Add(meter!);
        await context.SaveChangesAsync(Token);
        return meter!;
    }

    private MeteringDbContext Open()
    {
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(_connection);
        MeteringDbContext.UseConventions(options);
        return new MeteringDbContext(options.Options);
    }
}
