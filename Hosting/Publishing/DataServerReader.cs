using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Publishing;

/// <summary>Reads the data servers of the model, in the order of their names.</summary>
internal static class DataServerReader
{
    public static async Task<IReadOnlyList<DataServer>> ReadAsync(DistributedApplicationModel model, WorkloadReader reader, CancellationToken cancellationToken)
    {
        List<DataServer> servers = [];
        foreach (var resource in model.Resources.OfType<ContainerResource>().OrderBy(resource => resource.Name, StringComparer.Ordinal))
        {
            if (KindOf(resource) is { } kind && !resource.IsExcludedFromPublish())
                servers.Add(new DataServer(ClusterName.Of(resource), kind, PortOf(resource))
                {
                    Databases = [.. DatabasesOf(model, resource)],
                    Environment = await reader.ReadServerEnvironmentAsync(resource, cancellationToken),
                });
        }

        return servers;
    }

    /// <summary>The server behind a connection; null for a connection string whose server the model does not know.</summary>
    public static IResource? ServerOf(IResource connection) => connection switch
    {
        PostgresDatabaseResource database => database.Parent,
        _ => connection is ContainerResource container && KindOf(container) is not null ? container : null,
    };

    private static DataServerKind? KindOf(ContainerResource resource) => resource switch
    {
        PostgresServerResource => DataServerKind.Postgres,
        RedisResource => DataServerKind.Redis,
        KafkaServerResource => DataServerKind.Kafka,
        _ => null,
    };

    private static int PortOf(ContainerResource resource) => resource.Annotations.OfType<EndpointAnnotation>().First().TargetPort
        ?? throw new PublishException($"The server '{resource.Name}' can't be published: its endpoint has no port.");

    private static IEnumerable<(string Connection, string Database)> DatabasesOf(DistributedApplicationModel model, ContainerResource server) => model.Resources
        .OfType<PostgresDatabaseResource>()
        .Where(database => database.Parent == server)
        .OrderBy(database => database.Name, StringComparer.Ordinal)
        .Select(database => (ClusterName.Of(database), database.DatabaseName));
}
