using System.ComponentModel.DataAnnotations;
using CloudNative.ApiService.Edge;

namespace CloudNative.ApiService.Portal;

/// <summary>Configuration section <c>Portal</c>: how a company's customers see their usage.</summary>
public sealed class PortalOptions : IValidatableObject
{
    public const string Section = "Portal";

    /// <summary>
    /// Whose web pages may ask with portal tokens from a browser: origins as browsers send them, such as <c>https://app.example.com</c>. No path, no closing slash, no
    /// wildcards. Default none. No other route is opened to them.
    /// </summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => ExactOrigin.Check($"{Section}:{nameof(Origins)}", Origins);
}
