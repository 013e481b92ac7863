using System.Globalization;
using CloudNative.Web.Api;
using CloudNative.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.Extensions;
using MudBlazor;

namespace CloudNative.Web.Events;

public sealed partial class EventsPage
{
    private const int FirstLimit = 50;

    /// <summary>As many as the API lists at once.</summary>
    private const int MaxLimit = 1000;

    private static readonly DialogOptions RawOptions = new() { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseButton = true, CloseOnEscapeKey = true };

    private LivePage? _page;
    private IReadOnlyList<StoredEvent> _events = [];
    private bool _paused;
    private int _limit = FirstLimit;
    private DateTimeOffset _openedAt;
    private (string? Subject, string? Type, EventFigure? Figure)? _shown;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? Subject { get; set; }

    [SupplyParameterFromQuery]
    private string? Type { get; set; }

    /// <summary>The slug of the meter whose figure was followed to here.</summary>
    [SupplyParameterFromQuery]
    private string? Meter { get; set; }

    [SupplyParameterFromQuery]
    private string? From { get; set; }

    [SupplyParameterFromQuery]
    private string? To { get; set; }

    [SupplyParameterFromQuery]
    private string? Dimension { get; set; }

    [SupplyParameterFromQuery]
    private string? Value { get; set; }

    private EventFigure? Figure => string.IsNullOrEmpty(Meter) ? null : new EventFigure(Meter, From, To, Dimension, Value);

    private bool IsFiltered => !string.IsNullOrEmpty(Subject) || !string.IsNullOrEmpty(Type) || Figure is not null;

    protected override void OnParametersSet()
    {
        if (_shown == (Subject, Type, Figure))
            return;
        if (_shown is not null)
            _page?.Reload();
        _shown = (Subject, Type, Figure);
        _limit = FirstLimit;
        _openedAt = Time.GetUtcNow();
    }

    private static string Address(string? subject, string? type) =>
        "/events" + new QueryBuilder().AddText("subject", subject).AddText("type", type);

    /// <summary>What the figure is of, in words.</summary>
    private static string Describe(EventFigure figure)
    {
        var range = $"{Text(figure.From)} to {Text(figure.To)} UTC";
        return figure.Dimension is null ? range : $"{range}, {figure.Dimension} = {(figure.Value is { Length: > 0 } value ? value : "(none)")}";
    }

    /// <summary>What is no time is shown as it is; the API says what is wrong with it.</summary>
    private static string Text(string? time) => DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
        : time ?? "any time";

    private async Task LoadAsync(CancellationToken cancellationToken) =>
        _events = await Api.GetEventsAsync(new EventFilter(Subject, Type, _limit) { Figure = Figure }, cancellationToken);

    private void Filter(string? subject, string? type) => Navigation.NavigateTo(Address(subject, type), replace: true);

    /// <summary>It arrived while the list was being looked at.</summary>
    private bool IsFresh(StoredEvent item) => item.IngestedAt > _openedAt;

    private void ShowMore()
    {
        _limit = Math.Min(MaxLimit, _limit * 4);
        _page?.Reload();
    }

    private async Task SendAsync()
    {
        var dialog = await Dialogs.ShowAsync<SendEventDialog>("Send an event");
        if (await dialog.Result is { Canceled: false })
            _page?.Reload();
    }

    private async Task ShowAsync(StoredEvent item)
    {
        var parameters = new DialogParameters<RawEventDialog> { { x => x.Event, item } };
        await Dialogs.ShowAsync<RawEventDialog>($"{item.Type} of {item.Subject}", parameters, RawOptions);
    }
}
