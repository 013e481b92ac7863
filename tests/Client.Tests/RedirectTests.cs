using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CloudNative.Metering.Client.Tests;

/// <summary>Something between the client and the API that sends to a page to sign in. A real server: only a real handler would follow it there.</summary>
public sealed class RedirectTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Report_RedirectedToAPage_IsRepeatedUntilTaken(bool isApplicationsHandler)
    {
        var (posts, pages) = (0, 0);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.MapPost("/api/v1/events", () => Interlocked.Increment(ref posts) < 4 ? Results.Redirect("/sign-in") : Results.NoContent());
        server.MapGet("/sign-in", () => $"<html>{Interlocked.Increment(ref pages)}</html>");
        await server.StartAsync(Token);
        using HttpMessageHandler network = isApplicationsHandler ? new HttpClientHandler() : new SocketsHttpHandler();
        await using var host = new ClientHost(network, client: options =>
            (options.BaseAddress, options.AttemptTimeout) = (new Uri(server.Urls.Single()), TimeSpan.FromHours(1)));

        var redirected = await Assert.ThrowsAsync<MeteringException>(() => host.Client.SendAsync(ClientHost.Event("1"), Token));
        await host.Reporter.ReportAsync(ClientHost.Event("2"), Token);
        await Eventually.BecomesTrueAsync(() => host.Reporter.Pending == 0, "It was not sent again.");

        Assert.Equal(HttpStatusCode.Found, redirected.Status);
        Assert.Equal((4, 0), (posts, pages));
    }
}
