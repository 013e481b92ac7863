using CloudNative.Web.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace CloudNative.Web;

/// <summary>The HTML document. The theme is known from the cookie before the first byte, so that nothing flashes.</summary>
public sealed partial class App
{
    [CascadingParameter]
    private HttpContext Http { get; set; } = null!;

    private bool Dark => Http.Request.Cookies[ThemeSwitch.Cookie] == ThemeSwitch.DarkValue;

    /// <summary>The error page stays static: it must show when a circuit can't be had.</summary>
    private IComponentRenderMode? Mode => Http.AcceptsInteractiveRouting() ? RenderMode.InteractiveServer : null;
}
