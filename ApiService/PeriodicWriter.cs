using Npgsql;
using OpenTelemetry;

namespace CloudNative.ApiService;

/// <summary>Writes what was noted in memory, time and again beside the requests: none of them waits for it.</summary>
internal abstract class PeriodicWriter(TimeSpan interval, TimeProvider clock) : BackgroundService
{
    private bool _isAway;

    /// <summary>The requests have ended by now (the server stops first), so this writes the last of them.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await TryWriteAsync(cancellationToken);
        }
        // A host that is told to stop while it is disposed has no database any more.
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            Report(e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // No traces of what happens all the time.
        using var untraced = SuppressInstrumentationScope.Begin();
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryWriteAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync goes on.
        }
    }

    /// <summary>What can't be written stays for the next time.</summary>
    protected abstract Task WriteAsync(CancellationToken cancellationToken);

    /// <summary>The database is away; not said again until it was back.</summary>
    protected abstract void Report(string reason);

    /// <summary>It could not be written this time.</summary>
    protected virtual void Missed()
    {
    }

    private async Task TryWriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(cancellationToken);
            _isAway = false;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            if (!_isAway)
                Report(e.Message);
            _isAway = true;
            Missed();
        }
    }
}
