using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Layout;

/// <summary>What a page shows where there is nothing to show: why, and what to do.</summary>
public sealed partial class EmptyState
{
    [Parameter, EditorRequired]
    public string Title { get; set; } = "";

    [Parameter, EditorRequired]
    public string Icon { get; set; } = "";

    /// <summary>The heading's level: 1 where this is the whole page, else 2.</summary>
    [Parameter]
    public int Level { get; set; } = 2;

    [Parameter]
    public RenderFragment? ChildContent { get; set; }
}
