using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace CloudNative.Web.Layout;

public sealed partial class MainLayout : IDisposable
{
    private bool _dark;
    private bool _open = true;
    private ErrorBoundary? _boundary;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    [CascadingParameter(Name = "Dark")]
    private bool Dark { get; set; }

    /// <summary>This page's address; a fragment alone would lead to the document's base.</summary>
    private string Here => "/" + Navigation.ToBaseRelativePath(Navigation.Uri).Split('#')[0];

    public void Dispose() => Navigation.LocationChanged -= OnLocationChanged;

    protected override void OnInitialized()
    {
        _dark = Dark;
        Navigation.LocationChanged += OnLocationChanged;
    }

    private void ToggleDrawer() => _open = !_open;

    private void Recover() => _boundary?.Recover();

    /// <summary>A failed page must not follow its user to the next one.</summary>
    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) => _ = InvokeAsync(Recover);
}
