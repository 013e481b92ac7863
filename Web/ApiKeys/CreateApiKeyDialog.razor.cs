using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.ApiKeys;

/// <summary>Asks for a new API key. The API holds the rules: what it finds wrong is shown beside the fields.</summary>
public sealed partial class CreateApiKeyDialog : IDisposable
{
    private static readonly string[] Fields = ["name", "scopes", "expiresAt"];

    private readonly ApiKeyDraft _draft = new();
    private readonly CancellationTokenSource _closed = new();
    private FieldErrors _errors = FieldErrors.None;
    private string? _error;
    private bool _saving;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task SaveAsync()
    {
        _saving = true;
        try
        {
            var key = await Api.CreateApiKeyAsync(_draft.ToRequest(Clock.GetUtcNow()), _closed.Token);
            Dialog.Close(DialogResult.Ok(key));
        }
        catch (ApiException e)
        {
            _errors = new FieldErrors(e.ValidationErrors, Fields);
            _error = _errors.Elsewhere(e.Message);
        }
        finally
        {
            _saving = false;
        }
    }
}
