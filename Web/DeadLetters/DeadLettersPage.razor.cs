using System.Globalization;
using CloudNative.Web.Api;
using CloudNative.Web.Live;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.Extensions;
using MudBlazor;

namespace CloudNative.Web.DeadLetters;

public sealed partial class DeadLettersPage : IDisposable
{
    private const int FirstLimit = 50;

    /// <summary>As many as the API lists at once.</summary>
    private const int MaxLimit = 1000;

    /// <summary>As many as the API replays at once.</summary>
    private const int MaxSelection = 100;

    private static readonly string[] States = ["open", "repaired", "replayed", "discarded"];
    private static readonly string[] Reasons = ["invalid_event", "store_refused", "unknown_tenant"];

    private static readonly DialogOptions LetterOptions = new() { MaxWidth = MaxWidth.Medium, FullWidth = true, CloseButton = true, CloseOnEscapeKey = true };

    private readonly CancellationTokenSource _closed = new();
    private readonly HashSet<string> _selected = [];
    private LivePage? _page;
    private IReadOnlyList<DeadLetterItem> _letters = [];
    private (string? State, string? Reason)? _shown;
    private int _limit = FirstLimit;
    private bool _replaying;
    private bool _failed;
    private string? _outcome;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [SupplyParameterFromQuery]
    private string? State { get; set; }

    [SupplyParameterFromQuery]
    private string? Reason { get; set; }

    private bool IsFiltered => !string.IsNullOrEmpty(State) || !string.IsNullOrEmpty(Reason);

    private string ReplayText => _selected.Count == 0 ? "Replay selected" : $"Replay {_selected.Count} selected";

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override void OnParametersSet()
    {
        if (_shown == (State, Reason))
            return;
        if (_shown is not null)
            _page?.Reload();
        (_shown, _limit) = ((State, Reason), FirstLimit);
        _selected.Clear();
    }

    internal static string Words(string reason) => reason.Replace('_', ' ');

    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Pill(DeadLetterItem item) => item.State switch
    {
        "open" => "pill-error",
        "repaired" => "pill-warning",
        _ => "",
    };

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        _letters = await Api.GetDeadLettersAsync(new DeadLetterFilter(State, Reason, _limit), cancellationToken);
        _selected.IntersectWith(_letters.Where(letter => letter.IsUndecided).Select(letter => letter.Id));
    }

    private void Filter(string? state, string? reason) =>
        Navigation.NavigateTo("/dead-letters" + new QueryBuilder().AddText("state", state).AddText("reason", reason), replace: true);

    private void ShowMore()
    {
        _limit = Math.Min(MaxLimit, _limit * 4);
        _page?.Reload();
    }

    private void Toggle(string id)
    {
        if (!_selected.Remove(id) && _selected.Count < MaxSelection)
            _selected.Add(id);
    }

    private async Task ReplayAsync()
    {
        var confirmed = await Dialogs.ShowMessageBoxAsync(
            "Replay", $"{_selected.Count} events go on the log again and are counted, each once. Letters that are no valid event stay as they are.", "Replay",
            cancelText: "Cancel");
        if (confirmed is not true)
            return;

        _replaying = true;
        try
        {
            var results = await Api.ReplayDeadLettersAsync([.. _selected], _closed.Token);
            var refusals = results.Where(result => !result.Replayed).ToList();
            _failed = refusals.Count > 0;
            _outcome = $"{results.Count - refusals.Count} replayed." + (_failed ? $" {refusals.Count} not: {refusals[0].Refusal}" : "");
            _selected.Clear();
        }
        catch (ApiException e)
        {
            (_failed, _outcome) = (true, e.Message);
        }
        finally
        {
            _replaying = false;
        }

        _page?.Reload();
    }

    private async Task InspectAsync(DeadLetterItem item)
    {
        var parameters = new DialogParameters<DeadLetterDialog> { { x => x.Id, item.Id } };
        var dialog = await Dialogs.ShowAsync<DeadLetterDialog>($"Dead letter of {Time(item.IngestedAt)} UTC", parameters, LetterOptions);
        await dialog.Result;
        _page?.Reload();
    }
}
