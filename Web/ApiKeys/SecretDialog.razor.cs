using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.ApiKeys;

/// <summary>Shows a new key's secret, once.</summary>
public sealed partial class SecretDialog
{
    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = null!;

    [Parameter, EditorRequired]
    public NewApiKey Key { get; set; } = null!;
}
