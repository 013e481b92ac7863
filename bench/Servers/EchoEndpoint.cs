using System.Text.Json;
using CloudNative.Bench.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

[assembly: HostingStartup(typeof(EchoEndpoint))]

namespace CloudNative.Bench.Servers;

/// <summary>
/// A minimal-API endpoint that parses a JSON body and writes it back, inside the API's own process: same Kestrel, same runtime, same settings. The
/// product ships no such endpoint; ASP.NET Core's hosting startup brings this assembly in when the environment says so.
/// </summary>
internal sealed class EchoEndpoint : IHostingStartup
{
    public const string Path = Branch + Route;

    private const string Branch = "/bench";
    private const string Route = "/echo";

    /// <summary>What a service's environment must hold. The startup hook loads the assembly, which lies in another folder than the service.</summary>
    public static readonly IReadOnlyDictionary<string, string> Environment = new Dictionary<string, string>
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(EchoEndpoint).Assembly.Location,
        ["ASPNETCORE_HOSTINGSTARTUPASSEMBLIES"] = typeof(EchoEndpoint).Assembly.GetName().Name!,
    };

    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services => services.AddSingleton<IStartupFilter, Filter>());

    /// <summary>A branch before the product's own pipeline: what is measured there pays one comparison of its path.</summary>
    private sealed class Filter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Map(Branch, branch => branch.UseRouting().UseEndpoints(endpoints =>
                endpoints.MapPost(Route, (JsonElement body) => TypedResults.Ok(body))));
            next(app);
        };
    }
}
