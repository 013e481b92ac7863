using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Layout;

public sealed partial class PlainLayout
{
    [CascadingParameter(Name = "Dark")]
    private bool Dark { get; set; }
}
