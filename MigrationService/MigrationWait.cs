using CloudNative.MigrationService.Database;
using CloudNative.MigrationService.Kafka;

namespace CloudNative.MigrationService;

/// <summary>
/// Waits until another process has done what this build's migration does, and changes nothing. In a cluster the services' pods start with it: it needs
/// the rights that they have anyway, and none to ask the cluster. A database that is ahead is ready, too: that is a release before this one, running on.
/// </summary>
internal sealed partial class MigrationWait(
    IServiceScopeFactory scopes, UsageTopic topic, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<MigrationWait> logger)
{
    public const string Argument = "--wait";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <returns>The process's exit code.</returns>
    public async Task<int> RunAsync()
    {
        try
        {
            return await PollAsync(lifetime.ApplicationStopping);
        }
        catch (OperationCanceledException)
        {
            // The pod is being taken away.
            return MigrationRun.Failed;
        }
    }

    private async Task<int> PollAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        string? told = null;
        while (await FindMissingAsync(cancellationToken) is { } missing)
        {
            if (clock.GetElapsedTime(started) > Deadline)
            {
                LogGivenUp(logger, missing);
                return MigrationRun.Failed;
            }

            if (missing != told)
                LogWaiting(logger, told = missing);
            await Task.Delay(Pause, clock, cancellationToken);
        }

        return MigrationRun.Succeeded;
    }

    /// <summary>What is not there yet; null when all is.</summary>
    private async Task<string?> FindMissingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            if (!await scope.ServiceProvider.GetRequiredService<DatabaseMigration>().IsDoneAsync(cancellationToken))
                return "the database's schema is not this release's yet";
            return await topic.ExistsAsync(cancellationToken) ? null : "the topic is not there yet";
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // A server that is still starting, mostly.
            return failure.Message;
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Waiting for the migration: {Missing}.")]
    private static partial void LogWaiting(ILogger logger, string missing);

    [LoggerMessage(EventId = 2, Level = LogLevel.Critical, Message = "The migration did not come to its end in time: {Missing}. Its own log says why.")]
    private static partial void LogGivenUp(ILogger logger, string missing);
}
