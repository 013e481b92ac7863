using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Meters;

/// <summary>Deletes a meter once its user has confirmed.</summary>
public sealed partial class DeleteMeterDialog
{
    [Parameter, EditorRequired]
    public Meter Meter { get; set; } = null!;

    private Task DeleteAsync() => RequestAsync(async token =>
    {
        await Api.DeleteMeterAsync(Meter.Slug, token);
        Dialog.Close(DialogResult.Ok(true));
    });
}
