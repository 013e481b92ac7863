using System.Globalization;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Portal;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Rollups;
using CloudNative.Tests;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests.Contract;

public sealed class ContractTests(TestApi api)
{
    private const string PortalToken = "a portal token";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("stated in OpenAPI")]
    [Fact]
    public async Task OpenApiDocument_Now_IsTheCommittedOne()
    {
        using var client = api.Anonymous;

        var document = await client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Token);

        Assert.Contains("A body has at most 4 MiB, a batch 5,000 events, an event 256 KiB, an address 8 KiB", document, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"at most {UsageLimits.Default.MaxRows:N0} rows"), document, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"up to {UsageLimits.Default.MaxValues:N0}"), document, StringComparison.Ordinal);
        await Snapshot.AssertAsync("openapi.json", document, Token);
    }

    [Proves("Base /api/v1")]
    [Fact]
    public async Task Routes_Now_AreTheCommittedOnes()
    {
        var lines = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().SelectMany(Describe).Distinct().Order(StringComparer.Ordinal);

        await Snapshot.AssertAsync("routes.txt", string.Join('\n', lines), Token);
    }

    [Fact]
    public void Routes_UnderApi_NeedAKeyWithAKnownScope()
    {
        var open = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => e.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal) && Policy(e) != PortalToken && !ApiScope.IsKnown(Policy(e)))
            .Select(e => e.RoutePattern.RawText);

        Assert.Empty(open);
    }

    [Fact]
    public void Scopes_EachButEverything_OpensARoute()
    {
        var used = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().Select(Policy).Append(ApiScope.Everything);

        Assert.Empty(ApiScope.All.Select(known => known.Scope).Except(used));
    }

    [Fact]
    public async Task ReferencePage_Opened_ComesFromThisServerAlone()
    {
        using var client = api.Anonymous;

        var page = await client.GetStringAsync(new Uri("/scalar/", UriKind.Relative), Token);

        Assert.Contains("CloudNative Metering API", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Describe(RouteEndpoint endpoint)
    {
        var methods = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"];
        return methods.Select(method => $"{method,-7}{endpoint.RoutePattern.RawText}  [{Policy(endpoint)}]");
    }

    /// <summary>The scope that the key must have, or who else is let in.</summary>
    private static string Policy(RouteEndpoint endpoint)
    {
        if (endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            return "anybody";
        if (endpoint.Metadata.GetMetadata<PortalRoute>() is not null)
            return PortalToken;
        var policy = endpoint.Metadata.GetMetadata<AuthorizationPolicy>();
        return policy?.Requirements.OfType<ScopeRequirement>().Any() is true ? endpoint.Metadata.GetMetadata<RequiredScope>()?.Scope ?? "nobody" : "anybody";
    }
}
