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
    /// <param name="builder">The host to add to.</param>
    /// <param name="connectionName">Name below <c>ConnectionStrings</c>.</param>
    /// <param name="configure">Runs after the connection string was read.</param>
    public static void AddNpgsqlDataSource(
        this IHostApplicationBuilder builder, string connectionName, Action<NpgsqlDataSourceBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        RequiredConnection.Add(builder, connectionName);
        builder.Services.AddSingleton(services =>
        {
            var dataSource = new NpgsqlDataSourceBuilder(RequiredConnection.Get(services, connectionName)) { Name = connectionName };
            configure?.Invoke(dataSource);
            return dataSource.UseLoggerFactory(services.GetRequiredService<ILoggerFactory>()).Build();
        });
        builder.Services.AddHealthChecks().AddCheck<NpgsqlDataSourceCheck>(connectionName, tags: [HealthTags.Ready]);
    }
}
