using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Meters;

/// <summary>Deletes a meter once its user has confirmed.</summary>
public sealed partial class DeleteMeterDialog : IDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private string? _error;
    private bool _deleting;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Inject]
    private MeteringApi Api { get; set; } = null!;

    [Parameter, EditorRequired]
    public Meter Meter { get; set; } = null!;

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
    }

    private async Task DeleteAsync()
    {
        _deleting = true;
        try
        {
            await Api.DeleteMeterAsync(Meter.Slug, _closed.Token);
            Dialog.Close(DialogResult.Ok(true));
        }
        catch (ApiException e)
        {
            _error = e.Message;
        }
        finally
        {
            _deleting = false;
        }
    }
}
