using System.Text.Json;
using System.Text.RegularExpressions;
using Aspire.Hosting.Testing;
using Aspire.Hosting.Tools;
using CloudNative.Hosting.Tests.Processes;
using CloudNative.Hosting.Tests.Publishing;
using CloudNative.Tests;

namespace CloudNative.Hosting.Tests.Deploy;

/// <summary>Terraform's module without Terraform: CI validates it; here it is read, and what must hold of it is looked at.</summary>
public sealed partial class TerraformTests
{
    private static readonly NpmPackage Parser = new("@cdktf/hcl2json", "0.21.0");

    private static readonly string Folder = Path.Combine(MonitoringFiles.Root, "deploy", "terraform");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Module_EveryReference_LeadsToSomethingThatIsDeclared()
    {
        var module = await ParseAsync();
        var text = string.Join('\n', Directory.EnumerateFiles(Folder, "*.tf").Select(File.ReadAllText));
        var variables = Names(module, "variable");
        var declared = Instances(module, "resource").Concat(Instances(module, "data").Select(name => $"data.{name}")).Concat(Instances(module, "ephemeral").Select(name => $"ephemeral.{name}")).ToHashSet();

        Assert.Equal(variables.Order(StringComparer.Ordinal), VariableUse().Matches(text).Select(use => use.Groups["name"].Value).Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(InstanceUse().Matches(text).Select(use => use.Value).Distinct().Except(declared));
        Assert.All(module.GetProperty("variable").EnumerateObject(), variable => Assert.False(string.IsNullOrEmpty(variable.Value[0].GetProperty("description").GetString()), variable.Name));
        Assert.All(module.GetProperty("output").EnumerateObject(), output => Assert.False(string.IsNullOrEmpty(output.Value[0].GetProperty("description").GetString()), output.Name));
    }

    [Fact]
    public async Task Module_Providers_ArePinned()
    {
        var settings = (await ParseAsync()).GetProperty("terraform").GetProperty("")[0];

        Assert.All(settings.GetProperty("required_providers")[0].EnumerateObject(), provider => Assert.Matches(@"^\d+\.\d+\.\d+$", provider.Value.GetProperty("version").GetString()));
        Assert.True(settings.TryGetProperty("required_version", out _));
    }

    [Fact]
    public async Task Module_DataServers_AreEncryptedPrivateAndBackedUp()
    {
        var resources = (await ParseAsync()).GetProperty("resource");

        var postgres = One(resources, "aws_db_instance");
        Assert.True(Is(postgres, "storage_encrypted") && Is(postgres, "multi_az") && Is(postgres, "deletion_protection") && Is(postgres, "manage_master_user_password"));
        Assert.False(Is(postgres, "publicly_accessible") || Is(postgres, "skip_final_snapshot") || postgres.TryGetProperty("password", out _));
        var kafka = One(resources, "aws_msk_cluster");
        Assert.Equal("DISABLED", kafka.GetProperty("broker_node_group_info")[0].GetProperty("connectivity_info")[0].GetProperty("public_access")[0].GetProperty("type").GetString());
        Assert.Equal("TLS", kafka.GetProperty("encryption_info")[0].GetProperty("encryption_in_transit")[0].GetProperty("client_broker").GetString());
        var redis = One(resources, "aws_elasticache_replication_group");
        Assert.True(Is(redis, "at_rest_encryption_enabled") && Is(redis, "transit_encryption_enabled"));
        var cluster = One(resources, "aws_eks_cluster");
        Assert.True(Is(cluster.GetProperty("vpc_config")[0], "endpoint_private_access") && cluster.TryGetProperty("encryption_config", out _));
    }

    /// <summary>README.md's table of topic settings.</summary>
    [Fact]
    public async Task Module_Kafka_KeepsEventsUntilTheyAreCounted()
    {
        var settings = One((await ParseAsync()).GetProperty("resource"), "aws_msk_configuration").GetProperty("server_properties").GetString()!.Split('\n').Select(line => line.Trim());

        Assert.Superset(
            new HashSet<string> { "min.insync.replicas=2", "default.replication.factor=3", "unclean.leader.election.enable=false", "log.cleanup.policy=delete", "log.message.timestamp.type=CreateTime" },
            settings.ToHashSet());
    }

    [Fact]
    public async Task Outputs_Settings_AreOnesOfThePublishedManifests()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(["--operation", "publish", "--step", "publish", "--output-path", "somewhere"], Cancellation);
        using var tree = await PublishedTree.CreateAsync(builder.Resources);
        var published = tree.Files()["settings/settings.env"].Split('\n').Select(line => line.Split('=')[0]);

        var fed = SettingLine().Matches(await File.ReadAllTextAsync(Path.Combine(Folder, "outputs.tf"), Cancellation)).Select(line => line.Groups["name"].Value).ToList();

        Assert.True(fed.Count >= 8, "The lines were not found.");
        Assert.Empty(fed.Except(published));
        var readme = await File.ReadAllTextAsync(Path.Combine(Folder, "README.md"), Cancellation);
        Assert.All(Names(await ParseAsync(), "output").Except(["cluster_name", "region"]), output => Assert.Contains($"`{output}`", readme, StringComparison.Ordinal));
    }

    private static async Task<JsonElement> ParseAsync()
    {
        try
        {
            var package = await Parser.InstallAsync(UserCache.Default, TestProcesses.Instance, Cancellation);
            var script = Path.Combine(AppContext.BaseDirectory, "Deploy", "hcl.mjs");
            return JsonDocument.Parse(await OperatorTools.RunAsync("node", "it runs the parser", [script, package, Folder], Cancellation)).RootElement;
        }
        catch (ToolInstallException e)
        {
            Assert.Skip($"There is no {Parser.Name}: {e.Message}");
            throw;
        }
    }

    private static JsonElement One(JsonElement resources, string type) => resources.GetProperty(type).EnumerateObject().Single().Value[0];

    private static bool Is(JsonElement block, string name) => block.TryGetProperty(name, out var value) && value.GetBoolean();

    private static IEnumerable<string> Names(JsonElement module, string kind) => module.GetProperty(kind).EnumerateObject().Select(block => block.Name);

    private static IEnumerable<string> Instances(JsonElement module, string kind) =>
        module.GetProperty(kind).EnumerateObject().SelectMany(type => type.Value.EnumerateObject().Select(instance => $"{type.Name}.{instance.Name}"));

    [GeneratedRegex(@"\bvar\.(?<name>\w+)")]
    private static partial Regex VariableUse();

    [GeneratedRegex(@"\b(data\.|ephemeral\.)?(aws|random)_\w+\.[a-z_]+")]
    private static partial Regex InstanceUse();

    [GeneratedRegex(@"^\s+""(?<name>[a-z-]+)=\$", RegexOptions.Multiline)]
    private static partial Regex SettingLine();
}
