using System.ComponentModel.DataAnnotations;

namespace CloudNative.ApiService.Edge;

/// <summary>Configuration section <c>Cors</c>: whose web pages may call the API from a browser. A page needs a key all the same; cookies are never sent.</summary>
public sealed class CrossOriginOptions : IValidatableObject
{
    public const string Section = "Cors";

    /// <summary>
    /// Origins as browsers send them, such as <c>https://app.example.com</c>: https (http for this machine's own addresses only), no path, no closing slash, no
    /// wildcards. Default none: no page of another origin may. The portal's routes have origins of their own.
    /// </summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => ExactOrigin.Check($"{Section}:{nameof(Origins)}", Origins);
}
