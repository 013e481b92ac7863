using System.Text;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Manifests.Network;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing.Components.Operators;

/// <summary>The data servers as operators run them: CloudNativePG and Strimzi. Redis is a managed endpoint, because it only caches.</summary>
internal static class OperatorsComponent
{
    public const string Name = "operators";
    public const string PostgresNamespace = "cnpg-system";
    public const string KafkaNamespace = "strimzi";

    public static Component? Create(PublishedSystem system) => system.Servers.Count == 0 ? null : new Component(
        Name, "PostgreSQL by CloudNativePG and Kafka by Strimzi, three of each over three zones, with backups; Redis as a managed endpoint.")
    {
        Resources = [.. system.Servers.SelectMany(server => Files(server, system))],
        Settings = [.. system.Servers.SelectMany(server => Settings(server))],
        Excludes = ["data-services", "managed"],
        Instructions = Instructions(system),
    };

    private static IEnumerable<PublishedFile> Files(DataServer server, PublishedSystem system) => server.Kind switch
    {
        DataServerKind.Postgres =>
        [
            .. PostgresOperator.Documents(server, system).Select(document => File(server, document.Name, document.Body)),
            .. Policies(server, PostgresNamespace, system),
        ],
        DataServerKind.Kafka =>
        [
            .. KafkaOperator.Documents(server, system).Select(document => File(server, document.Name, document.Body)),
            .. Policies(server, KafkaNamespace, system),
        ],
        _ => [ManagedComponent.Policy(server, system)],
    };

    private static IEnumerable<PublishedFile> Policies(DataServer server, string operatorNamespace, PublishedSystem system)
    {
        yield return File(server, "networkpolicy", ServerPolicies.FromCallers(server, system));
        yield return File(server, "networkpolicy-operator", ServerPolicies.OfOperator(server, operatorNamespace, system.Target));
    }

    private static PublishedFile File(DataServer server, string name, object document) => PublishedFile.Yaml($"{server.Name}/{name}.yaml", document);

    private static IEnumerable<Setting> Settings(DataServer server) => server.Kind switch
    {
        DataServerKind.Postgres => [.. PostgresOperator.Settings(server), OperatorNamespace(server, PostgresNamespace)],
        DataServerKind.Kafka => [.. KafkaOperator.Settings(server), OperatorNamespace(server, KafkaNamespace)],
        _ => [ManagedComponent.Network(server)],
    };

    private static Setting OperatorNamespace(DataServer server, string name) => new(
        $"{server.Name}-operator-namespace", name, $"The namespace of the operator that runs {server.Name}: its pods reach the server's.",
        [new ReplacementTarget { Select = new Selector { Kind = "NetworkPolicy", Name = $"{server.Name}-operator" }, FieldPaths = [NetworkPolicyManifest.NamespacePath] }]);

    private static string Instructions(PublishedSystem system)
    {
        var text = new StringBuilder("Install the operators first: CloudNativePG, and Strimzi with `STRIMZI_POD_SECURITY_PROVIDER_CLASS=restricted` and this namespace among those that it watches. Then the Secrets:\n\n```sh\n");
        foreach (var server in system.Servers)
            text.Append(server.Kind switch
            {
                DataServerKind.Postgres => PostgresOperator.Secrets(server, system.Target),
                DataServerKind.Kafka => SecretCommand.Connection(system.Target, server.Name, KafkaOperator.Bootstrap(server)),
                _ => ManagedComponent.Secret(server, system.Target),
            });
        return text.Append("```\n").ToString();
    }
}
