using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Events;

/// <summary>Sends one event by hand, the same way as a service does: to see whether a meter counts what it should.</summary>
public sealed partial class SendEventDialog : IDisposable
{
    private const string DataExample = """{"tokens": 1240, "model": "gpt-4o"}""";

    private static readonly string[] Fields = ["type", "subject", "data"];

    private readonly EventDraft _draft = new();
    private readonly CancellationTokenSource _closed = new();
    private FieldErrors _errors = FieldErrors.None;
    private string? _error;
    private bool _sending;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task SendAsync()
    {
        if (_draft.ToCloudEvent(out var dataError) is not { } cloudEvent)
        {
            (_errors, _error) = (new FieldErrors([new ValidationError("data", "invalid", dataError!)], Fields), null);
            return;
        }

        _sending = true;
        try
        {
            await Api.SendEventAsync(cloudEvent, _closed.Token);
            Dialog.Close();
        }
        catch (ApiException e)
        {
            _errors = new FieldErrors(e.ValidationErrors, Fields);
            _error = _errors.Elsewhere(e.Message);
        }
        finally
        {
            _sending = false;
        }
    }
}
