using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Health;
using Aspire.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudNative.Hosting.Tests.Health;

public sealed class HttpHealthCheckTests
{
    [Theory]
    [InlineData("/ready", null, HealthStatus.Healthy, null)]
    [InlineData("/teapot", 418, HealthStatus.Healthy, null)]
    [InlineData("/teapot", null, HealthStatus.Unhealthy, "GET /teapot answered 418 instead of 200: short and stout")]
    [InlineData("/missing", null, HealthStatus.Unhealthy, "GET /missing answered 404 instead of 200")]
    public async Task Check_Answer_DecidesHealth(string path, int? expected, HealthStatus status, string? description)
    {
        await using var server = await StartServerAsync();
        var check = Check(new Uri(server.Urls.Single()).Port, path, expected);
        var result = await check.CheckAsync(Resource.Instances()[0], TestContext.Current.CancellationToken);
        Assert.Equal(status, result.Status);
        Assert.Equal(description, result.Description);
    }

    [Fact]
    public async Task Check_NobodyListens_Throws()
    {
        using var unused = new TcpListener(IPAddress.Loopback, 0);
        unused.Start();
        var port = ((IPEndPoint)unused.LocalEndpoint).Port;
        unused.Stop();
        await Assert.ThrowsAsync<HttpRequestException>(
            () => Check(port, "/", null).CheckAsync(Resource.Instances()[0], TestContext.Current.CancellationToken));
    }

    private ExecutableResource Resource { get; } =
        DistributedApplicationTestingBuilder.Create().AddExecutable("web", "web", ".").WithHttpEndpoint().Resource;

    private HttpHealthCheckAnnotation Check(int port, string path, int? statusCode)
    {
        var endpoint = Resource.GetEndpoint("http").EndpointAnnotation;
        endpoint.AllocatedEndpoint = new AllocatedEndpoint(endpoint, "127.0.0.1", port);
        return new HttpHealthCheckAnnotation("web", () => Resource.GetEndpoint("http"), path, statusCode ?? 200);
    }

    private static async Task<WebApplication> StartServerAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = builder.Build();
        server.MapGet("/ready", () => Results.Ok());
        server.MapGet("/teapot", () => Results.Text("short and stout", statusCode: 418));
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }
}
