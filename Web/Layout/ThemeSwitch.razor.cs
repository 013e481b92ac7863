using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace CloudNative.Web.Layout;

/// <summary>Switches between the themes, and remembers the choice in a cookie that the server reads.</summary>
public sealed partial class ThemeSwitch
{
    internal const string Cookie = "theme";
    internal const string DarkValue = "dark";
    internal const string LightValue = "light";
    private const string Module = "./Layout/ThemeSwitch.razor.js";

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Parameter]
    public bool Dark { get; set; }

    [Parameter]
    public EventCallback<bool> DarkChanged { get; set; }

    private async Task SwitchAsync()
    {
        await DarkChanged.InvokeAsync(!Dark);
        await using var module = await Js.InvokeAsync<IJSObjectReference>("import", Module);
        await module.InvokeVoidAsync("remember", Dark ? DarkValue : LightValue);
    }
}
