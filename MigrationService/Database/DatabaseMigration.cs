using CloudNative.Metering.Database;
using CloudNative.MigrationService.Bootstrap;
using CloudNative.MigrationService.Development;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace CloudNative.MigrationService.Database;

/// <summary>Brings the database to this build's schema. Run twice at once, the second waits and then finds nothing to do.</summary>
internal sealed partial class DatabaseMigration(
    MeteringDbContext database, DevelopmentTenant development, BootstrapTenant bootstrap, ILogger<DatabaseMigration> logger)
{
    // Any number will do, as long as nobody else locks it in this database.
    private const long LockKey = 0x434E_4D69_6772_6174;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // EF's own lock sits on a table that two first runs would race to create; an advisory lock needs no table, and PostgreSQL
        // frees it when its session dies.
        await using var session = new NpgsqlConnection(database.Database.GetConnectionString());
        await session.OpenAsync(cancellationToken);
        await using (var wait = new NpgsqlCommand("select pg_advisory_lock($1)", session) { CommandTimeout = 0 })
        {
            wait.Parameters.AddWithValue(LockKey);
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        // Before anything asks for it: EF logs an error when it finds no history table, as on every first run.
        await database.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellationToken);
        var pending = (await database.Database.GetPendingMigrationsAsync(cancellationToken)).ToList();
        LogPending(logger, pending.Count);
        await database.Database.MigrateAsync(cancellationToken);
        await development.SeedAsync(cancellationToken);
        await bootstrap.SeedAsync(cancellationToken);
    }

    /// <summary>Whether nothing of this build's schema is missing. Before the first run there is no table to ask, which EF would log as an error.</summary>
    public async Task<bool> IsDoneAsync(CancellationToken cancellationToken) =>
        await database.GetService<IHistoryRepository>().ExistsAsync(cancellationToken)
        && !(await database.Database.GetPendingMigrationsAsync(cancellationToken)).Any();

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Count} migrations to apply.")]
    private static partial void LogPending(ILogger logger, int count);
}
