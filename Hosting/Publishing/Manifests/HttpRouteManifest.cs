using Aspire.Hosting.Publishing.Manifests.Custom;
using k8s.Models;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>Brings requests from outside to an external endpoint, through the cluster's Gateway. Metrics stay inside.</summary>
internal static class HttpRouteManifest
{
    // A path that no service has: the rewritten request is answered as any other unknown path is.
    public const string Nowhere = "/not-found";

    /// <summary>What stands there until the operator names another.</summary>
    public const string Gateway = "gateway";

    public static HttpRoute Create(Workload workload, WorkloadPort port, PublishTarget target) => new()
    {
        Metadata = new V1ObjectMeta { Name = workload.Name, Labels = Labels.Of(workload, target) },
        Spec = new HttpRouteSpec
        {
            ParentRefs = [new HttpRouteParent { Name = Gateway, Namespace = Gateway }],
            Hostnames = [HostOf(workload)],
            Rules =
            [
                Rule("PathPrefix", "/", Backend(workload, port), Strip(workload)),
                .. workload.Metrics is { } metrics ? [Rule("Exact", metrics.Path, Backend(workload, port), [.. Strip(workload), Hide()])] : Array.Empty<HttpRouteRule>(),
            ],
        },
    };

    /// <summary>Where a route holds the header that it takes out of the requests.</summary>
    public const string RemovedHeaderPath = "spec.rules.*.filters.0.requestHeaderModifier.remove.0";

    public static string HostOf(Workload workload) => $"{workload.Name}.example.com";

    private static HttpRouteRule Rule(string pathType, string path, HttpRouteBackend backend, params HttpRouteFilter[] filters) => new()
    {
        Matches = [new HttpRouteMatch { Path = new HttpRoutePath { Type = pathType, Value = path } }],
        Filters = filters.Length > 0 ? filters : null,
        BackendRefs = [backend],
    };

    private static HttpRouteBackend Backend(Workload workload, WorkloadPort port) => new() { Name = workload.Name, Port = port.Number };

    // Who a user is says the proxy behind this route, never the user.
    private static HttpRouteFilter[] Strip(Workload workload) => workload.UserHeader is { } variable && ValueWriter.TextOf(variable.Value) is { } header
        ? [new HttpRouteFilter { Type = "RequestHeaderModifier", RequestHeaderModifier = new HttpRouteHeaders { Remove = [header] } }]
        : [];

    private static HttpRouteFilter Hide() => new()
    {
        Type = "URLRewrite",
        UrlRewrite = new HttpRouteRewrite { Path = new HttpRouteRewritePath { Type = "ReplaceFullPath", ReplaceFullPath = Nowhere } },
    };
}
