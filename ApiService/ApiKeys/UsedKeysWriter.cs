using CloudNative.Metering.ApiKeys;
using Npgsql;
using OpenTelemetry;

namespace CloudNative.ApiService.ApiKeys;

/// <summary>Writes when keys were used last, beside the requests: none of them waits for it.</summary>
internal sealed partial class UsedKeysWriter(UsedKeys keys, TimeProvider clock, ILogger<UsedKeysWriter> logger) : BackgroundService
{
    /// <summary>A process that is killed loses no more than this.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private bool _isAway;

    /// <summary>The requests have ended by now (the server stops first), so this writes the last of them.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await WriteAsync(cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            LogAway(e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // No traces of what happens all the time.
        using var untraced = SuppressInstrumentationScope.Begin();
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await WriteAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // StopAsync goes on.
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            await keys.WriteAsync(cancellationToken);
            _isAway = false;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            if (!_isAway)
                LogAway(e.Message);
            _isAway = true;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "When API keys were used last waits for the database: {Reason}")]
    private partial void LogAway(string reason);
}
