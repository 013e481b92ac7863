using System.Globalization;
using CloudNative.ApiService.Backlog;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Recounts;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CloudNative.ApiService.Health;

/// <summary>Asks every component at once and waits a second at most.</summary>
internal sealed class SystemHealth(
    HealthCheckService checks, IHttpClientFactory clients, RecountQuery recounts, BackfillQuery backfills, EventBacklog backlog, TimeProvider clock)
{
    public const string IngestClient = "ingest";
    public const string PostgresCheck = MeteringDbContext.ConnectionName;
    public const string KafkaCheck = "kafka";

    private const string RedisComponent = "redis", LedgerComponent = "ledger", BackfillsComponent = "backfills";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async Task<SystemHealthResponse> AskAsync(CancellationToken cancellationToken)
    {
        var components = await Task.WhenAll(
            AskAsync("api", token => OwnCheckAsync("self", HealthStatus.Unhealthy, token), cancellationToken),
            AskAsync("ingest", IngestAsync, cancellationToken),
            AskAsync("postgres", token => OwnCheckAsync(PostgresCheck, HealthStatus.Unhealthy, token), cancellationToken),
            AskAsync(RedisComponent, token => OwnCheckAsync(RedisComponent, HealthStatus.Degraded, token), cancellationToken),
            AskAsync("kafka", KafkaAsync, cancellationToken),
            AskAsync(LedgerComponent, LedgerAsync, cancellationToken),
            AskAsync(BackfillsComponent, BackfillsAsync, cancellationToken));
        // HealthStatus counts upwards from Unhealthy.
        return new SystemHealthResponse(components.Min(c => c.Status), clock.GetUtcNow(), components);
    }

    private async Task<ComponentHealth> AskAsync(
        string name, Func<CancellationToken, Task<(HealthStatus Status, string? Description)>> ask, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        ComponentHealth Answer(HealthStatus status, string? description) => new(name, status, description, clock.GetElapsedTime(start).TotalMilliseconds);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var (status, description) = await ask(patience.Token).WaitAsync(patience.Token);
            return Answer(status, description);
        }
        catch (NpgsqlException e)
        {
            return Answer(HealthStatus.Degraded, $"Can't be read: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Answer(name is RedisComponent or LedgerComponent or BackfillsComponent ? HealthStatus.Degraded : HealthStatus.Unhealthy, $"No answer within {Patience.TotalSeconds} s.");
        }
    }

    private async Task<(HealthStatus, string?)> OwnCheckAsync(string check, HealthStatus whenFailed, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(registration => registration.Name == check, cancellationToken);
        return report.Status == HealthStatus.Healthy
            ? (HealthStatus.Healthy, null)
            : (whenFailed, report.Entries.Values.Select(entry => entry.Description).FirstOrDefault());
    }

    private async Task<(HealthStatus, string?)> IngestAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var client = clients.CreateClient(IngestClient);
            using var response = await client.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode
                ? (HealthStatus.Healthy, null)
                : (HealthStatus.Unhealthy, $"Its /health answers {(int)response.StatusCode}.");
        }
        catch (HttpRequestException unreachable)
        {
            return (HealthStatus.Unhealthy, $"Can't be reached: {unreachable.Message}");
        }
    }

    /// <summary>A log that fills up with what nobody counts is no good log, though the broker is well.</summary>
    private async Task<(HealthStatus, string?)> KafkaAsync(CancellationToken cancellationToken)
    {
        var (status, description) = await OwnCheckAsync(KafkaCheck, HealthStatus.Unhealthy, cancellationToken);
        if (status != HealthStatus.Healthy)
            return (status, description);
        if (backlog.Kept.Fault is { } fault)
            return (HealthStatus.Unhealthy, $"{fault} Events are refused until then.");
        return backlog.Share < PartitionPressure.AlarmAt
            ? (backlog.Kept.Warning is null ? HealthStatus.Healthy : HealthStatus.Degraded, backlog.Kept.Warning)
            : (HealthStatus.Degraded, $"Events that are not counted fill {backlog.Share:P0} of what it keeps{(backlog.IsRefusing ? "; new ones are refused" : "")}.");
    }

    /// <summary>Counting goes on when the books differ or lack events; but a person has to look.</summary>
    private async Task<(HealthStatus, string?)> LedgerAsync(CancellationToken cancellationToken)
    {
        var (hours, differences, missing) = await recounts.TotalAsync(cancellationToken);
        var wrong = new List<string>();
        if (missing > 0)
            wrong.Add($"{missing} events of closed hours were acknowledged and never received; GET /api/v1/ledger shows where.");
        if (hours > 0)
            wrong.Add($"The books of {hours} closed hours differ from what is stored, in {differences} counts; GET /api/v1/ledger lists them.");
        return wrong.Count == 0 ? (HealthStatus.Healthy, null) : (HealthStatus.Degraded, string.Join(' ', wrong));
    }

    /// <summary>Figures say that they are incomplete meanwhile; but what a meter with other dimensions still has to count is kept past its retention, and fills the disk.</summary>
    private async Task<(HealthStatus, string?)> BackfillsAsync(CancellationToken cancellationToken) =>
        await backfills.FindStandingAsync(cancellationToken) is not var (count, since)
            ? (HealthStatus.Healthy, null)
            : (HealthStatus.Degraded, string.Create(
                CultureInfo.InvariantCulture,
                $"{count} meters do not go on counting what is stored, the longest since {since:u}; events that they need are kept past their retention. See the ingest service's log."));
}
