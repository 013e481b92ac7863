using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.ApiKeys;

/// <summary>Revokes a key once its user has confirmed.</summary>
public sealed partial class RevokeApiKeyDialog
{
    [Parameter, EditorRequired]
    public ApiKey Key { get; set; } = null!;

    private Task RevokeAsync() => RequestAsync(async token =>
    {
        await Api.RevokeApiKeyAsync(Key.Id, token);
        Dialog.Close(DialogResult.Ok(true));
    });
}
