using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Meters;

/// <summary>The dimensions of a meter while they are being typed.</summary>
public sealed partial class DimensionFields
{
    [Parameter, EditorRequired]
    public IList<MeterDraft.Dimension> Dimensions { get; set; } = null!;

    /// <summary>What the API found wrong; shown beside the dimension that it names.</summary>
    [Parameter, EditorRequired]
    public FieldErrors Errors { get; set; } = null!;

    [Parameter]
    public EventCallback Changed { get; set; }

    private string? ErrorOf(MeterDraft.Dimension dimension) => Errors.Entry("groupBy", dimension.Name.Trim());

    private Task NotifyAsync() => Changed.InvokeAsync();

    private Task RemoveAsync(MeterDraft.Dimension dimension)
    {
        Dimensions.Remove(dimension);
        return Changed.InvokeAsync();
    }
}
