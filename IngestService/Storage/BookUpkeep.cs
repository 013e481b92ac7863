using CloudNative.Metering.Ledger;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService.Storage;

/// <summary>Deletes books that outlived <see cref="StorageOptions.BookRetention"/>, now and every hour. Every replica runs it, and the database lets one at a time work.</summary>
internal sealed partial class BookUpkeep(BookRetention books, IOptions<StorageOptions> options, TimeProvider clock, ILogger<BookUpkeep> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                await books.RunAsync(clock.GetUtcNow() - options.Value.BookRetention, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // They are kept for an hour more.
                LogFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1, LogLevel.Warning, "Books that outlived their retention could not be deleted, and are deleted later")]
    private partial void LogFailed(Exception exception);
}
