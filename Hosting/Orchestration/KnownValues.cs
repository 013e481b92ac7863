using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>The values that people look for in the dashboard: a parameter's, and how to connect.</summary>
internal static class KnownValues
{
    /// <exception cref="MissingParameterValueException">A parameter has none.</exception>
    public static async Task<IReadOnlyList<ResourcePropertySnapshot>> CollectAsync(IResource resource, CancellationToken cancellationToken) => resource switch
    {
        IResourceWithConnectionString connection =>
        [
            new ResourcePropertySnapshot(KnownProperties.ConnectionString, await connection.GetConnectionStringAsync(cancellationToken))
            {
                IsSensitive = true,
            },
        ],
        ParameterResource parameter =>
        [
            new ResourcePropertySnapshot(KnownProperties.ParameterValue, parameter.Value) { IsSensitive = parameter.Secret },
        ],
        _ => [],
    };
}
