using Microsoft.AspNetCore.Http.Features;

namespace CloudNative.ApiService.Binding;

/// <summary>Names of any text in a path.</summary>
internal static class PathNames
{
    /// <summary>
    /// The last ones, from the path as it was sent: the server has decoded all but <c>%2F</c> by now, and no longer tells it from a <c>%252F</c>. Null when there are fewer.
    /// </summary>
    public static string[]? Last(HttpContext context, int count)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget.Split('?')[0].TrimEnd('/').Split('/');
        return target?.Length > count ? [.. target[^count..].Select(Uri.UnescapeDataString)] : null;
    }
}
