using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests.Custom;

/// <summary>Gateway API's HTTPRoute, as far as it is used. KubernetesClient has models of the built-in kinds only; its reader makes no
/// other lists than <c>IList</c>.</summary>
internal sealed record HttpRoute
{
    public const string KindName = "HTTPRoute";

    public string ApiVersion { get; init; } = "gateway.networking.k8s.io/v1";

    public string Kind { get; init; } = KindName;

    public required V1ObjectMeta Metadata { get; init; }

    public required HttpRouteSpec Spec { get; init; }
}

internal sealed record HttpRouteSpec
{
    public required IList<HttpRouteParent> ParentRefs { get; init; }

    public required IList<string> Hostnames { get; init; }

    public required IList<HttpRouteRule> Rules { get; init; }
}

internal sealed record HttpRouteParent
{
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>The Gateway's listener; null means all of them.</summary>
    public string? SectionName { get; init; }
}

internal sealed record HttpRouteRule
{
    public required IList<HttpRouteMatch> Matches { get; init; }

    public IList<HttpRouteFilter>? Filters { get; init; }

    /// <summary>None when a filter answers.</summary>
    public required IList<HttpRouteBackend> BackendRefs { get; init; }
}

internal sealed record HttpRouteMatch
{
    public required HttpRoutePath Path { get; init; }
}

internal sealed record HttpRoutePath
{
    public required string Type { get; init; }

    public required string Value { get; init; }
}

/// <summary>One of the others is set: the one that <see cref="Type"/> names.</summary>
internal sealed record HttpRouteFilter
{
    public required string Type { get; init; }

    public HttpRouteRewrite? UrlRewrite { get; init; }

    public HttpRouteHeaders? RequestHeaderModifier { get; init; }

    public HttpRouteRedirect? RequestRedirect { get; init; }
}

internal sealed record HttpRouteRewrite
{
    public required HttpRouteRewritePath Path { get; init; }
}

internal sealed record HttpRouteRewritePath
{
    public required string Type { get; init; }

    public required string ReplaceFullPath { get; init; }
}

internal sealed record HttpRouteRedirect
{
    public required string Scheme { get; init; }

    public required int StatusCode { get; init; }
}

internal sealed record HttpRouteHeaders
{
    public required IList<string> Remove { get; init; }
}

internal sealed record HttpRouteBackend
{
    public required string Name { get; init; }

    public required int Port { get; init; }

    /// <summary>The share of the requests, relative to the other backends' weights.</summary>
    public int? Weight { get; init; }
}
