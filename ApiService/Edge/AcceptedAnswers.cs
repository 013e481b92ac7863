using System.Runtime.CompilerServices;
using CloudNative.ApiService.Problems;
using Microsoft.AspNetCore.Http.Metadata;

namespace CloudNative.ApiService.Edge;

/// <summary>A content type that a route gives beside the one that the framework knows of.</summary>
internal sealed record AlsoGives(string ContentType);

/// <summary>What a client's <c>Accept</c> takes (RFC 9110 §12.5.1); a route that gives nothing of it answers 406, and does nothing.</summary>
internal static class AcceptedAnswers
{
    // Found in the metadata, once a route.
    private static readonly ConditionalWeakTable<Endpoint, string[]> Known = [];

    public static RouteGroupBuilder RefuseUnacceptable(this RouteGroupBuilder group) => group.AddEndpointFilter((context, next) =>
    {
        var http = context.HttpContext;
        if (http.Request.Headers.Accept.Count == 0 || http.GetEndpoint() is not { } endpoint)
            return next(context);
        var given = Known.GetValue(endpoint, static route => GivenBy(route.Metadata));
        return given.Length == 0 || Array.Exists(given, type => QualityOf(http.Request, type).Quality > 0)
            ? next(context)
            : new ValueTask<object?>(Problem.NotAcceptable(given));
    });

    /// <summary>The content types of a route's successes; none when it answers without a body.</summary>
    public static string[] GivenBy(IEnumerable<object> route) =>
    [
        .. route.OfType<IProducesResponseTypeMetadata>()
            .Where(answer => answer.StatusCode is >= 200 and < 300)
            .SelectMany(answer => answer.ContentTypes)
            .Concat(route.OfType<AlsoGives>().Select(also => also.ContentType))
            .Distinct(),
    ];

    /// <summary>How much a type is wanted, 0 when it is not, and whether the header names it itself. Parameters but <c>q</c> are nobody's concern.</summary>
    public static (double Quality, bool IsNamed) QualityOf(HttpRequest request, string type)
    {
        var ranges = request.GetTypedHeaders().Accept;
        if (ranges.Count == 0)
            return (1, false);
        // The most specific range counts.
        var range = ranges.Where(range => range.MatchesMediaType(type)).OrderBy(range => range.MatchesAllTypes).ThenBy(range => range.MatchesAllSubTypes).FirstOrDefault();
        return range is null ? (0, false) : (range.Quality ?? 1, !range.MatchesAllSubTypes);
    }
}
