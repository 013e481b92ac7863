using System.ComponentModel.DataAnnotations;

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

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) => Origins.Index()
        .Where(origin => !IsOrigin(origin.Item))
        .Select(origin => new ValidationResult(
            $"{Section}:{nameof(Origins)}:{origin.Index} must be an exact origin such as https://app.example.com, and is '{origin.Item}'.", [nameof(Origins)]));

    // What comes back as it was is in the form that browsers send.
    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && !text.Contains('*', StringComparison.Ordinal)
        && $"{uri.Scheme}://{uri.IdnHost}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}" == text;
}
