using CloudNative.Metering.ApiKeys;

namespace CloudNative.ApiService.ApiKeys;

/// <summary>Writes when keys were used last.</summary>
internal sealed partial class UsedKeysWriter(UsedKeys keys, TimeProvider clock, ILogger<UsedKeysWriter> logger) : PeriodicWriter(Interval, clock)
{
    /// <summary>A process that is killed loses no more than this.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override Task WriteAsync(CancellationToken cancellationToken) => keys.WriteAsync(cancellationToken);

    protected override void Report(string reason) => LogAway(reason);

    [LoggerMessage(1, LogLevel.Warning, "When API keys were used last waits for the database: {Reason}")]
    private partial void LogAway(string reason);
}
