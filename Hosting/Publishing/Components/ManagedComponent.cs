using System.Text;
using Aspire.Hosting.Publishing.Kustomize;
using Aspire.Hosting.Publishing.Settings;

namespace Aspire.Hosting.Publishing.Components;

/// <summary>Data servers outside the cluster, as clouds run them: the network lets their callers out to them, and the Secrets say where they are.</summary>
internal static class ManagedComponent
{
    public const string Name = "managed";
    private const string AnyPrivateNetwork = "10.0.0.0/8";

    public static Component? Create(PublishedSystem system) => system.Servers.Count == 0 ? null : new Component(
        Name, "The data servers are outside the cluster (RDS, MSK, ElastiCache and their like): their callers may go out to them.")
    {
        Resources = [.. system.Servers.Select(server => Policy(server, system))],
        Settings = [.. system.Servers.SelectMany(server => new[] { Network(server), Port(server) })],
        Excludes = ["data-services", "operators"],
        Instructions = Instructions(system),
    };

    public static PublishedFile Policy(DataServer server, PublishedSystem system) => PublishedFile.Yaml(
        $"{server.Name}/networkpolicy-outside.yaml",
        ServerPolicies.Outside(server, [.. ServerPolicies.CallersOf(server, system), .. BackupComponent.CallersOf(server)], AnyPrivateNetwork, server.Port, system.Target));

    public static Setting Network(DataServer server) => new(
        $"{server.Name}-network", AnyPrivateNetwork, $"The addresses of {server.Name} outside the cluster, in CIDR notation.",
        [new ReplacementTarget { Select = Outside(server), FieldPaths = ["spec.egress.0.to.0.ipBlock.cidr"] }]);

    public static string Secret(DataServer server, PublishTarget target) => SecretCommand.Connection(target, server.Name, $"${SecretCommand.Variable(server.Name, ValueWriter.ConnectionStringKey)}");

    private static Setting Port(DataServer server) => new(
        $"{server.Name}-port", server.Port.Text(), $"The port of {server.Name} outside the cluster.",
        [new ReplacementTarget { Select = Outside(server), FieldPaths = ["spec.egress.0.ports.0.port"] }]);

    private static Selector Outside(DataServer server) => new() { Kind = "NetworkPolicy", Name = $"{server.Name}-outside" };

    private static string Instructions(PublishedSystem system)
    {
        var text = new StringBuilder("The Secrets say where the servers are:\n\n```sh\n");
        foreach (var server in system.Servers)
        {
            if (server.Kind != DataServerKind.Postgres)
                text.Append(Secret(server, system.Target));
            foreach (var database in server.Databases)
                text.Append(SecretCommand.Database(system.Target, database, "$HOST", "$PORT", "$USERNAME", ";SSL Mode=Require"));
        }

        return text.Append("```\n").ToString();
    }
}
