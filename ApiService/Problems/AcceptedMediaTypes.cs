using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Problems;

/// <summary>
/// Adds <c>Accept</c> to a 415, as RFC 9110 §12.5.1 suggests. Routing answers 415 with an endpoint of its own that knows no types, so the
/// route that was meant is looked up again.
/// </summary>
internal sealed class AcceptedMediaTypes(EndpointDataSource endpoints)
{
    public void AddTo(HttpContext context)
    {
        var types = endpoints.Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => TakesMethod(endpoint, context.Request.Method) && Matches(endpoint, context.Request.Path))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes ?? [])
            .Distinct();
        context.Response.Headers[HeaderNames.Accept] = string.Join(", ", types);
    }

    private static bool TakesMethod(RouteEndpoint endpoint, string method) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Contains(method, StringComparer.OrdinalIgnoreCase) == true;

    private static bool Matches(RouteEndpoint endpoint, PathString path) =>
        endpoint.RoutePattern.RawText is { } pattern
        && new TemplateMatcher(TemplateParser.Parse(pattern.TrimStart('/')), []).TryMatch(path, []);
}
