using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.ApiKeys;

/// <summary>Revokes a key once its user has confirmed.</summary>
public sealed partial class RevokeApiKeyDialog : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private string? _error;
    private bool _revoking;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Parameter, EditorRequired]
    public ApiKey Key { get; set; } = null!;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task RevokeAsync()
    {
        _revoking = true;
        try
        {
            await Api.RevokeApiKeyAsync(Key.Id, _closed.Token);
            Dialog.Close(DialogResult.Ok(true));
        }
        catch (ApiException e)
        {
            _error = e.Message;
        }
        finally
        {
            _revoking = false;
        }
    }
}
