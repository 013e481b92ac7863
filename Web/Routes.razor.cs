using Microsoft.AspNetCore.Components;

namespace CloudNative.Web;

public sealed partial class Routes
{
    /// <summary>The theme the document was rendered with; it survives into the circuit as a parameter.</summary>
    [Parameter]
    public bool Dark { get; set; }
}
