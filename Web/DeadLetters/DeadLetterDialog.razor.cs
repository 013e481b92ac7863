using System.Text.Encodings.Web;
using System.Text.Json;
using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.DeadLetters;

/// <summary>One dead letter: why it is one, its bytes, a corrected event in an editor, and what to do with it.</summary>
public sealed partial class DeadLetterDialog : IDisposable
{
    /// <summary>Every digit of numbers stays; text of other scripts stays readable.</summary>
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CancellationTokenSource _closed = new();
    private DeadLetter? _letter;
    private IReadOnlyList<ValidationError> _errors = [];
    private string _draft = "";
    private string _saved = "";
    private string _reason = "";
    private string? _error;
    private bool _discarding;
    private bool _busy;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private IDialogService Dialogs { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Id { get; set; } = "";

    private bool IsChanged => _draft != _saved;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override Task OnInitializedAsync() => DoAsync(async () => Show(await Api.GetDeadLetterAsync(Id, _closed.Token)));

    private static string Done(string action) => action.Replace("dead_letter.", "", StringComparison.Ordinal);

    private void Show(DeadLetter letter)
    {
        _letter = letter;
        _draft = _saved = letter.Repaired is { } repaired ? JsonSerializer.Serialize(repaired, Indented) : Pretty(letter.Text);
    }

    /// <summary>Indented where it is JSON; as it is where that is what is wrong with it.</summary>
    private static string Pretty(string? text)
    {
        try
        {
            return text is null ? "" : JsonSerializer.Serialize(JsonElement.Parse(text), Indented);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return text!;
        }
    }

    private Task RepairAsync() => DoAsync(async () => Show(await Api.RepairDeadLetterAsync(Id, _draft, _closed.Token)));

    private async Task ReplayAsync()
    {
        var confirmed = await Dialogs.ShowMessageBoxAsync("Replay", "The event goes on the log again and is counted, once.", "Replay", cancelText: "Cancel");
        if (confirmed is not true)
            return;

        await DoAsync(async () =>
        {
            if (IsChanged)
                Show(await Api.RepairDeadLetterAsync(Id, _draft, _closed.Token));
            if (await Api.ReplayDeadLettersAsync([Id], _closed.Token) is [{ Replayed: false } refused])
                _error = refused.Refusal;
            else
                Dialog.Close();
        });
    }

    private Task DiscardAsync() => DoAsync(async () =>
    {
        await Api.DiscardDeadLetterAsync(Id, _reason, _closed.Token);
        Dialog.Close();
    });

    private async Task DoAsync(Func<Task> action)
    {
        (_busy, _error, _errors) = (true, null, []);
        try
        {
            await action();
        }
        catch (ApiException e)
        {
            (_error, _errors) = (e.Message, e.ValidationErrors);
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // The dialog was closed.
        }
        finally
        {
            _busy = false;
        }
    }
}
