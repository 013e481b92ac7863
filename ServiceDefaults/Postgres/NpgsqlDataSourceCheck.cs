using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace CloudNative.ServiceDefaults.Postgres;

internal sealed class NpgsqlDataSourceCheck(NpgsqlDataSource dataSource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var command = dataSource.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (NpgsqlException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"PostgreSQL does not answer: {exception.Message}", exception);
        }
    }
}
