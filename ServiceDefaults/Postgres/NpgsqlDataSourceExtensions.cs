using CloudNative.ServiceDefaults.Connections;
using CloudNative.ServiceDefaults.Health;
using CloudNative.ServiceDefaults.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Microsoft.Extensions.Hosting;

/// <summary>Plain Npgsql for what is set-based.</summary>
public static class NpgsqlDataSourceExtensions
{
    /// <summary>
    /// Registers a singleton <see cref="NpgsqlDataSource"/> for <c>ConnectionStrings:<paramref name="connectionName"/></c> (an error at start when
    /// it is missing), with logs, traces, metrics, and a health check of that name.
    /// </summary>
    public static void AddNpgsqlDataSource(this IHostApplicationBuilder builder, string connectionName)
    {
        ArgumentNullException.ThrowIfNull(builder);

        RequiredConnection.Add(builder, connectionName);
        builder.Services.AddSingleton(services =>
        {
            var dataSource = new NpgsqlDataSourceBuilder(RequiredConnection.Get(services, connectionName)) { Name = connectionName };
            return dataSource.UseLoggerFactory(services.GetRequiredService<ILoggerFactory>()).Build();
        });
        builder.Services.AddHealthChecks().AddCheck<NpgsqlDataSourceCheck>(connectionName, tags: [HealthTags.Ready]);
    }
}
