using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CloudNative.Web.Layout;

/// <summary>Copies a text that the page shows.</summary>
public sealed partial class CopyButton
{
    private const string Module = "./Layout/CopyButton.razor.js";

    private bool _copied;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Parameter, EditorRequired]
    public string Text { get; set; } = "";

    /// <summary>CSS selector of the element that shows the text.</summary>
    [Parameter, EditorRequired]
    public string Shown { get; set; } = "";

    private async Task CopyAsync()
    {
        await using var module = await Js.InvokeAsync<IJSObjectReference>("import", Module);
        _copied = await module.InvokeAsync<bool>("copy", Text, Shown);
    }
}
