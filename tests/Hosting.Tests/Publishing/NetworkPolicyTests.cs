using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Publishing.Manifests.Custom;
using k8s.Models;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>The network lets through what the model has an arrow for, and nothing else. The arrows are read from the model another way than the publisher does.</summary>
[Collection(PublishedSystemTests.Name)]
public sealed class NetworkPolicyTests(PublishedSystemFixture published)
{
    private const string Name = "app.kubernetes.io/name";
    private const string Namespace = "kubernetes.io/metadata.name";

    private IReadOnlyList<V1NetworkPolicy> Policies => [.. published.Builds[PublishedSystemFixture.Base].Documents.OfType<V1NetworkPolicy>()];

    private IEnumerable<ProjectResource> Projects => published.Resources.OfType<ProjectResource>();

    [Fact]
    public void Builds_All_DenyByDefault() => Finding.MustBeNone(published, build =>
        build.Documents.OfType<V1NetworkPolicy>().Any(policy =>
            policy.Spec.PodSelector.MatchLabels is null && policy.Spec.Ingress is null && policy.Spec.Egress is null && policy.Spec.PolicyTypes.Count == 2)
            ? []
            : ["nothing denies by default"]);

    [Fact]
    public void Builds_All_LetNoPodEverywhere() => Finding.MustBeNone(published, build =>
        from policy in build.Documents.OfType<V1NetworkPolicy>()
        where policy.Spec.Egress?.Any(rule => rule.To is null or []) == true || policy.Spec.Ingress?.Any(rule => rule.FromProperty is null or []) == true
        select policy.Metadata.Name);

    [Fact]
    public void Egress_OfTheBase_IsTheArrowsOfTheModel()
    {
        var allowed = from policy in Policies
                      where policy.Spec.PodSelector.MatchLabels is not null
                      from rule in policy.Spec.Egress ?? []
                      from peer in rule.To
                      from port in rule.Ports
                      select $"{policy.Spec.PodSelector.MatchLabels[Name]} > {peer.PodSelector.MatchLabels.Single().Value}:{port.Port.Value}";

        Assert.Equal(Arrows().Order(StringComparer.Ordinal), allowed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Ingress_OfTheBase_IsTheOtherEndOfTheArrows()
    {
        var allowed = from policy in Policies
                      from rule in policy.Spec.Ingress ?? []
                      from peer in rule.FromProperty
                      where peer.NamespaceSelector is null
                      from port in rule.Ports
                      select $"{peer.PodSelector.MatchLabels[Name]} > {policy.Spec.PodSelector.MatchLabels[Name]}:{port.Port.Value}";
        var projects = Projects.Select(project => project.Name).ToHashSet();

        Assert.Equal(
            Arrows().Where(arrow => projects.Contains(arrow.Split(" > ")[1].Split(':')[0])).Order(StringComparer.Ordinal),
            allowed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Outside_Reaches_ExternalEndpointsAndMetricsOnly()
    {
        var allowed = from policy in Policies
                      from rule in policy.Spec.Ingress ?? []
                      from peer in rule.FromProperty
                      where peer.NamespaceSelector is not null
                      select $"{peer.NamespaceSelector.MatchLabels[Namespace]} > {policy.Spec.PodSelector.MatchLabels[Name]}";
        var external = Projects.Where(project => project.Annotations.OfType<EndpointAnnotation>().Any(endpoint => endpoint.IsExternal)).Select(project => $"gateway > {project.Name}");
        var measured = Projects.Where(project => project.GetEndpoints().Any()).Select(project => $"monitoring > {project.Name}");

        Assert.Equal(external.Concat(measured).Order(StringComparer.Ordinal), allowed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void SignIn_OnTheBase_IsTheOnlyWayToTheAdminUi()
    {
        var documents = published.Builds["base, sign-in"].Documents;

        var reach = from policy in documents.OfType<V1NetworkPolicy>()
                    where policy.Spec.PodSelector.MatchLabels?[Name] == "web"
                    from peer in (policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty)
                    select peer.PodSelector?.MatchLabels[Name] ?? peer.NamespaceSelector.MatchLabels[Namespace];
        var backends = documents.OfType<HttpRoute>().Single(route => route.Metadata.Name == "web").Spec.Rules.SelectMany(rule => rule.BackendRefs);

        Assert.Equal(["monitoring", "web-sign-in"], reach.Order(StringComparer.Ordinal));
        Assert.All(backends, backend => Assert.Equal(("web-sign-in", 4180), (backend.Name, backend.Port)));
    }

    [Fact]
    public void Routes_ToWhatTrustsAUserHeader_TakeItOut()
    {
        foreach (var (name, build) in published.Builds)
        {
            foreach (var rule in build.Documents.OfType<HttpRoute>().Where(route => route.Metadata.Name == "web").SelectMany(route => route.Spec.Rules))
                Assert.True(rule.Filters?[0].RequestHeaderModifier?.Remove.Single() == "X-Forwarded-User", name);
        }
    }

    /// <summary>References, and those of what is waited for: its image runs in the same pod first.</summary>
    private IEnumerable<string> Arrows() =>
        from project in Projects
        from target in Waits(project).Prepend(project).SelectMany(References).Distinct()
        select $"{project.Name} > {target}";

    private static IEnumerable<IResource> Waits(ProjectResource project) =>
        project.Annotations.OfType<WaitAnnotation>().Where(wait => wait.WaitType == WaitType.WaitForCompletion).Select(wait => wait.Resource);

    private static IEnumerable<string> References(IResource resource) =>
        resource.Annotations.OfType<ResourceRelationshipAnnotation>()
            .Where(relationship => relationship.Type == "Reference" && relationship.Resource is not ParameterResource)
            .Select(relationship => relationship.Resource switch
            {
                PostgresDatabaseResource database => $"{database.Parent.Name}:5432",
                RedisResource redis => $"{redis.Name}:6379",
                KafkaServerResource kafka => $"{kafka.Name}:9092",
                var other => $"{other.Name}:http",
            });
}
