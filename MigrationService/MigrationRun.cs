using CloudNative.MigrationService.Database;
using CloudNative.MigrationService.Kafka;

namespace CloudNative.MigrationService;

/// <summary>Prepares the database and the topic, once.</summary>
internal sealed partial class MigrationRun(
    IServiceScopeFactory scopes, UsageTopic topic, IHostApplicationLifetime lifetime, ILogger<MigrationRun> logger)
{
    public const int Succeeded = 0;
    public const int Failed = 1;

    /// <summary>
    /// Starts <paramref name="host"/> (so that telemetry leaves), runs, stops it, and tells the process's exit code. With <paramref name="waitsOnly"/> another
    /// process does the work, and this one waits for that.
    /// </summary>
    public static async Task<int> ToEndAsync(IHost host, bool waitsOnly)
    {
        using (host)
        {
            await host.StartAsync();
            var exitCode = waitsOnly
                ? await host.Services.GetRequiredService<MigrationWait>().RunAsync()
                : await host.Services.GetRequiredService<MigrationRun>().RunAsync();
            await host.StopAsync();
            return exitCode;
        }
    }

    private async Task<int> RunAsync()
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var database = scope.ServiceProvider.GetRequiredService<DatabaseMigration>();
            // Side by side: everybody's start waits for this process.
            await Task.WhenAll(database.RunAsync(lifetime.ApplicationStopping), topic.EnsureAsync(lifetime.ApplicationStopping));
            LogDone(logger);
            return Succeeded;
        }
        catch (Exception failure)
        {
            LogFailed(logger, failure);
            return Failed;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Database and topic are ready.")]
    private static partial void LogDone(ILogger logger);

    [LoggerMessage(EventId = 2, Level = LogLevel.Critical, Message = "The migration failed; nothing of the step that failed was kept, and it can be run again.")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
