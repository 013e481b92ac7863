using CloudNative.Metering.Database;
using CloudNative.Metering.DeadLetters;
using CloudNative.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace CloudNative.Metering.Tests.DeadLetters;

/// <summary>Letters from before they could be named are found, in the order in which they came.</summary>
public sealed class DeadLetterUpgradeTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Migrate_LettersFromBefore_GetIdsInTheOrderOfTheirTimes()
    {
        var tenant = Ulid.NewUlid();
        await using var source = NpgsqlDataSource.Create(await servers.CreateDatabaseAsync(Cancellation));
        var options = new DbContextOptionsBuilder<MeteringDbContext>().UseNpgsql(source);
        MeteringDbContext.UseConventions(options);
        await using var context = new MeteringDbContext(options.Options);
        await context.GetService<IMigrator>().MigrateAsync("20261124063000_EventTables", Cancellation);
        await using (var insert = source.CreateCommand("""
            insert into dead_letters (stream_id, partition, "offset", tenant_id, ingested_at, stored_at, reason, detail, value)
            select 1, n % 3, n, $1, '2026-03-01', '2026-03-01'::timestamptz + n * interval '1 second', 'invalid_event', '', '' from generate_series(1, 50) n
            """))
        {
            insert.Parameters.AddWithValue(tenant.ToUuid());
            await insert.ExecuteNonQueryAsync(Cancellation);
        }

        await context.Database.MigrateAsync(Cancellation);

        var letters = await new DeadLetterList(source).ListAsync(tenant, new DeadLetterFilter { Limit = 100 }, Cancellation);
        Assert.Equal(Enumerable.Range(1, 50).Reverse().Select(n => (long)n), letters.Select(letter => letter.Offset));
        Assert.All(letters, letter => Assert.Equal((DeadLetterState.Open, letter.StoredAt), (letter.State, letter.Id.Time)));
    }
}
