using Npgsql;
using OpenTelemetry;

namespace CloudNative.ApiService.Authentication;

/// <summary>
/// Hears of every change of a key when it is committed, whoever makes it. Also what changed while nothing could be heard is found out. While PostgreSQL can't be
/// reached keys are known from before, and no key can be changed.
/// </summary>
internal sealed partial class ApiKeyChangeListener(
    NpgsqlDataSource database, ApiKeyLookup keys, TimeProvider clock, ILogger<ApiKeyChangeListener> logger) : BackgroundService
{
    private const string ListenSql = "listen api_keys";

    private const string MissedSql = """
        select encode(hash, 'hex') || ' ' || (extract(epoch from changed_at) * 1000000)::bigint from api_keys where changed_at > clock_timestamp() - $1
        """;

    private const string HeartbeatSql = "select 'listening'";

    private static readonly TimeSpan ReconnectAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>A connection whose other end is gone is noticed by asking something.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);

    /// <summary>For transactions that were under way when the last notification was heard.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    private long _heard;
    private bool _isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // No traces of what happens all the time.
        using var untraced = SuppressInstrumentationScope.Begin();
        _heard = clock.GetTimestamp();
        try
        {
            while (true)
            {
                await ListenAsync(stoppingToken);
                await Task.Delay(ReconnectAfter, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            connection.Notification += (_, notification) => keys.Forget(notification.Payload);
            await ExecuteAsync(connection, ListenSql, cancellationToken);
            await CatchUpAsync(connection, cancellationToken);
            _isAway = false;
            while (true)
            {
                _heard = clock.GetTimestamp();
                if (!await connection.WaitAsync(Heartbeat, cancellationToken))
                    await ExecuteAsync(connection, HeartbeatSql, cancellationToken);
            }
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            if (!_isAway)
                LogAway(e.Message);
            _isAway = true;
        }
    }

    private async Task CatchUpAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(MissedSql, connection);
        command.Parameters.AddWithValue(clock.GetElapsedTime(_heard) + Overlap);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            keys.Forget(reader.GetString(0));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Heartbeat.TotalSeconds };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    [LoggerMessage(1, LogLevel.Warning, "Changes of API keys are not heard until PostgreSQL is back: {Reason}")]
    private partial void LogAway(string reason);
}
