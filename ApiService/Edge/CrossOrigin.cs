using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Portal;
using CloudNative.ApiService.RateLimits;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Edge;

/// <summary>Lets web pages of the origins that are configured call the API from a browser; off while there are none.</summary>
internal static class CrossOrigin
{
    private static readonly TimeSpan PreflightIsGoodFor = TimeSpan.FromMinutes(10);

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Delete];

    private static readonly string[] Sent =
    [
        HeaderNames.Authorization, ApiKeyAuthenticationHandler.KeyHeader, HeaderNames.Accept, HeaderNames.ContentType, IfMatch.Header, HeaderNames.IfNoneMatch,
        IdempotentRequests.Header, RequestId.Header, HeaderNames.TraceParent, HeaderNames.TraceState,
    ];

    // What a browser would hide from the page.
    private static readonly string[] Answered =
    [
        HeaderNames.Location, HeaderNames.ETag, HeaderNames.RetryAfter, HeaderNames.Allow, HeaderNames.Accept, HeaderNames.ContentDisposition, HeaderNames.WWWAuthenticate,
        IdempotentRequests.ReplayedHeader, RequestId.Header, RateLimitHeaders.Policy, RateLimitHeaders.Limit,
    ];

    public static IServiceCollection AddCrossOrigin(this IServiceCollection services)
    {
        services.AddOptions<CrossOriginOptions>().BindConfiguration(CrossOriginOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddCors();
    }

    /// <summary>Before authentication: a preflight has no key.</summary>
    public static void UseCrossOrigin(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<CrossOriginOptions>>().Value.Origins is not { Count: > 0 } origins)
            return;
        app.UseWhen(context => !PortalRoute.IsAskedFor(context), api => api.UseCors(policy => policy
            .WithOrigins([.. origins])
            .WithMethods(Methods)
            .WithHeaders(Sent)
            .WithExposedHeaders(Answered)
            .SetPreflightMaxAge(PreflightIsGoodFor)));
    }
}
