using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>The addresses shown of a resource.</summary>
internal static class ResourceUrls
{
    public static async Task<ImmutableArray<UrlSnapshot>> CollectAsync(
        IResource resource, DistributedApplicationExecutionContext executionContext, CancellationToken cancellationToken)
    {
        var urls = resource.Annotations.OfType<ResourceUrlAnnotation>().ToList();
        if (resource is IResourceWithEndpoints owner)
            urls.InsertRange(0, owner.GetEndpoints().Where(e => e.IsAllocated).Select(e => new ResourceUrlAnnotation { Url = e.Url, Endpoint = e }));
        var context = new ResourceUrlsCallbackContext(executionContext, resource, urls, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<ResourceUrlsCallbackAnnotation>().ToList())
            await annotation.Callback(context);
        return
        [
            .. context.Urls.Select(u => new UrlSnapshot(
                u.Endpoint?.EndpointName, Absolute(u), IsInternal: u.DisplayLocation == UrlDisplayLocation.DetailsOnly)
            {
                DisplayProperties = new UrlDisplayPropertiesSnapshot(u.DisplayText ?? "", u.DisplayOrder ?? 0),
            }),
        ];
    }

    private static string Absolute(ResourceUrlAnnotation url) =>
        url.Endpoint is { IsAllocated: true } endpoint && url.Url.StartsWith('/') ? endpoint.Url + url.Url : url.Url;
}
