using CloudNative.Web.Api;
using CloudNative.Web.Charts;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Home;

public sealed partial class HomePage
{
    /// <summary>A check asks every server of the system, so it runs less often than the counts.</summary>
    private static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ChartRange = TimeSpan.FromHours(1);
    private static readonly TimeSpan TotalsRange = TimeSpan.FromDays(1);

    private SystemHealth? _health;
    private DateTimeOffset _healthAt;
    private IReadOnlyList<LedgerRow> _minutes = [];
    private IReadOnlyList<LedgerRow> _hours = [];
    private ChartData _chart = new("events", WindowSize.Minute, [], []);
    private string? _ledgerError;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetUtcNow();
        if (now - _healthAt >= HealthInterval)
        {
            _health = await Api.GetHealthAsync(cancellationToken);
            _healthAt = now;
        }
        try
        {
            await LoadLedgerAsync(now.Ceiling(WindowSize.Minute), cancellationToken);
            _ledgerError = null;
        }
        catch (ApiException e)
        {
            // With the database away the health card says so, and must not hide behind this.
            _ledgerError = e.Message;
        }
    }

    private async Task LoadLedgerAsync(DateTimeOffset until, CancellationToken cancellationToken)
    {
        var minutes = Api.GetLedgerAsync(until - ChartRange, until, WindowSize.Minute, cancellationToken);
        var hours = Api.GetLedgerAsync(until - TotalsRange, until, WindowSize.Hour, cancellationToken);
        await Task.WhenAll(minutes, hours);
        (_minutes, _hours) = (await minutes, await hours);
        _chart = LedgerTotals.Chart(_minutes, until - ChartRange, until);
    }
}
