using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CloudNative.ServiceDefaults.Connections;

/// <summary>A connection string a service cannot do without; checked when the host starts, all missing ones at once.</summary>
internal sealed class RequiredConnection
{
    public string? ConnectionString { get; set; }

    public static void Add(IHostApplicationBuilder builder, string connectionName, Func<string?>? connectionString = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionName);

        builder.Services.AddOptions<RequiredConnection>(connectionName)
            .Configure<IConfiguration>((required, configuration) =>
                required.ConnectionString = connectionString is null ? configuration.GetConnectionString(connectionName) : connectionString())
            .Validate(
                required => !string.IsNullOrWhiteSpace(required.ConnectionString),
                $"ConnectionStrings:{connectionName} is missing. Set it in configuration (environment variable ConnectionStrings__{connectionName}), "
                + "or start the service through the AppHost, which provides it.")
            .ValidateOnStart();
    }

    public static string Get(IServiceProvider services, string connectionName) =>
        services.GetRequiredService<IOptionsMonitor<RequiredConnection>>().Get(connectionName).ConnectionString!;
}
