using System.ComponentModel.DataAnnotations;

namespace CloudNative.ApiService.Edge;

/// <summary>Origins of web pages in the configuration: exactly as browsers send them.</summary>
internal static class ExactOrigin
{
    /// <summary>An error for each that is none.</summary>
    public static IEnumerable<ValidationResult> Check(string key, IEnumerable<string> origins) => origins.Index()
        .Where(origin => !IsExact(origin.Item))
        .Select(origin => new ValidationResult($"{key}:{origin.Index} must be an exact origin such as https://app.example.com, and is '{origin.Item}'.", [key]));

    // What comes back as it was is in the form that browsers send: without the scheme's own port, in lower case, in Punycode.
    private static bool IsExact(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
        && !origin.Contains('*', StringComparison.Ordinal)
        && $"{uri.Scheme}://{uri.IdnHost}{(uri.IsDefaultPort ? "" : $":{uri.Port}")}" == origin;
}
