using System.Globalization;
using CloudNative.Web.Api;
using CloudNative.Web.Charts;
using CloudNative.Web.Live;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Ledger;

/// <summary>How far back, and by which windows.</summary>
public enum LedgerSpan
{
    Hour,
    Day,
    Month,
}

public sealed partial class LedgerPage
{
    private LivePage? _page;
    private LedgerAnswer? _books;
    private LedgerSpan? _shown;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? Range { get; set; }

    private LedgerSpan Span => Enum.TryParse<LedgerSpan>(Range, ignoreCase: true, out var span) && Enum.IsDefined(span) ? span : LedgerSpan.Hour;

    private WindowSize Window => Span switch
    {
        LedgerSpan.Hour => WindowSize.Minute,
        LedgerSpan.Day => WindowSize.Hour,
        _ => WindowSize.Day,
    };

    private TimeSpan Length => Span switch
    {
        LedgerSpan.Hour => TimeSpan.FromHours(1),
        LedgerSpan.Day => TimeSpan.FromDays(1),
        _ => TimeSpan.FromDays(30),
    };

    protected override void OnParametersSet()
    {
        if (_shown is not null && _shown != Span)
            _page?.Reload();
        _shown = Span;
    }

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private void ShowSpan(LedgerSpan span) => Navigation.NavigateTo($"/ledger?range={span.ToString().ToLowerInvariant()}", replace: true);

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var to = Clock.GetUtcNow().Ceiling(Window);
        _books = await Api.GetBooksAsync(to - Length, to, Window, cancellationToken);
    }
}
