using System.Net;
using CloudNative.Web.Tests.Fakes;

namespace CloudNative.Web.Tests.Browser;

public sealed class StartTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_OutsideDevelopmentWithoutSignIn_RefusesAndSaysWhy()
    {
        await using var web = WebProcess.Start(new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Api__Key"] = "any",
        });

        Assert.NotEqual(0, await web.ExitCodeAsync(Cancellation));
        Assert.Contains("SignIn:UserHeader is missing", web.Output, StringComparison.Ordinal);
        Assert.Contains("authenticating proxy", web.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("User-Agent", "every client sends User-Agent")]
    [InlineData("X User", "must be a header's name")]
    public async Task Start_HeaderThatProvesNothing_RefusesAndNamesTheKey(string header, string error)
    {
        await using var web = WebProcess.Start(new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Api__Key"] = "any",
            ["SignIn__UserHeader"] = header,
        });

        Assert.NotEqual(0, await web.ExitCodeAsync(Cancellation));
        Assert.Contains("SignIn:UserHeader must be a header", web.Output, StringComparison.Ordinal);
        Assert.Contains(error, web.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_BehindAProxy_LetsInOnlyWhomTheProxyNames()
    {
        await using var api = await FakeApi.StartAsync(Cancellation);
        await using var web = WebProcess.Start(new Dictionary<string, string>(WebProcess.Environment(api))
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["SignIn__UserHeader"] = "X-Forwarded-User",
            ["Logging__Console__FormatterName"] = "simple",
        });
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = new Uri(await web.UrlAsync(Cancellation)) };

        foreach (var refused in new[] { "/", "/meters", "/app.css", "/_framework/blazor.web.js", "/_blazor/negotiate", "/nowhere", "/metrics/..%2f" })
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.GetAsync(refused, Cancellation)).StatusCode);
        using (var blank = new HttpRequestMessage(HttpMethod.Get, "/meters") { Headers = { { "X-Forwarded-User", " " } } })
            Assert.Equal(HttpStatusCode.Unauthorized, (await http.SendAsync(blank, Cancellation)).StatusCode);
        foreach (var probe in new[] { "/alive", "/health", "/metrics" })
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(probe, Cancellation)).StatusCode);

        http.DefaultRequestHeaders.Add("X-Forwarded-User", "ada");
        foreach (var page in new[] { "/", "/meters", "/app.css" })
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(page, Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/nowhere", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task Start_WithoutKey_RefusesAndNamesIt()
    {
        await using var web = WebProcess.Start(new Dictionary<string, string> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["Api__Key"] = "" });

        Assert.NotEqual(0, await web.ExitCodeAsync(Cancellation));
        Assert.Contains("Api:Key is missing", web.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("theme=dark", "data-theme=\"dark\"", "--mud-palette-background: rgba(14,18,32,1)")]
    [InlineData("theme=light", "data-theme=\"light\"", "--mud-palette-background: rgba(246,247,251,1)")]
    public async Task Document_ThemeCookie_IsInTheFirstBytes(string cookie, string attribute, string colour)
    {
        await using var api = await FakeApi.StartAsync(Cancellation);
        await using var web = WebProcess.Start(WebProcess.Environment(api));
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(await web.UrlAsync(Cancellation)) };
        http.DefaultRequestHeaders.Add("Cookie", cookie);

        var html = await http.GetStringAsync("/meters", Cancellation);

        Assert.Contains(attribute, html, StringComparison.Ordinal);
        Assert.Contains(colour, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_InDevelopment_AnswersProbesAndSendsTheContentPolicy()
    {
        await using var api = await FakeApi.StartAsync(Cancellation);
        await using var web = WebProcess.Start(WebProcess.Environment(api));
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = new Uri(await web.UrlAsync(Cancellation)) };

        foreach (var probe in new[] { "/alive", "/health" })
            Assert.True((await http.GetAsync(probe, Cancellation)).IsSuccessStatusCode, probe);
        var page = await http.GetAsync("/", Cancellation);
        Assert.Contains("script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/nowhere", Cancellation)).StatusCode);
    }
}
