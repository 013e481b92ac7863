using CloudNative.Metering.Ledger;
using Npgsql;

namespace CloudNative.ApiService.Ledger;

/// <summary>Writes how far the log is counted for certain: the recount of the books needs to know, and does not look at the log.</summary>
internal sealed partial class CountedUntilWriter(CountedUntil counted, NpgsqlDataSource dataSource, TimeProvider clock, ILogger<CountedUntilWriter> logger)
    : PeriodicWriter(Interval, clock)
{
    /// <summary>Only closed hours are judged by it.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private DateTimeOffset? _written;

    protected override async Task WriteAsync(CancellationToken cancellationToken)
    {
        if (counted.Time is not { } time || time == _written)
            return;

        await LedgerBounds.WriteCountedAsync(dataSource, time, cancellationToken);
        _written = time;
    }

    protected override void Report(string reason) => LogAway(reason);

    [LoggerMessage(1, LogLevel.Warning, "How far the log is counted waits for the database: {Reason}")]
    private partial void LogAway(string reason);
}
