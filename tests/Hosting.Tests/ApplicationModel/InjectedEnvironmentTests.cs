using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Hosting.Tests.ApplicationModel;

/// <summary>The variables that hosting.md's table promises, without starting anything.</summary>
public sealed class InjectedEnvironmentTests : IAsyncDisposable
{
    private DistributedApplication? _application;

    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create(
        "--DcpPublisher:RandomizePorts=false");

    [Fact]
    public async Task Database_Reference_GivesConnectionStringAndItsParts()
    {
        var password = _builder.AddParameter("password", "p;w", secret: true);
        var database = _builder.AddPostgres("server", password: password, port: 5000).AddDatabase("metering", "meter db");
        var variables = await EnvironmentAsync(Project("api").WithReference(database));
        Assert.Equal("Host=127.0.0.1;Port=5000;Username=postgres;Password=p;w;Database=\"meter db\"", variables["ConnectionStrings__metering"]);
        Assert.Equal("127.0.0.1", variables["METERING_HOST"]);
        Assert.Equal("5000", variables["METERING_PORT"]);
        Assert.Equal("postgres", variables["METERING_USERNAME"]);
        Assert.Equal("p;w", variables["METERING_PASSWORD"]);
        Assert.Equal("meter db", variables["METERING_DATABASENAME"]);
        Assert.Equal("postgresql://postgres:p%3Bw@127.0.0.1:5000/meter%20db", variables["METERING_URI"]);
    }

    [Fact]
    public async Task RedisAndKafka_Reference_GiveHostAndPort()
    {
        var password = _builder.AddParameter("password", "pw", secret: true);
        var redis = _builder.AddRedis("my-cache", 5001, password);
        var kafka = _builder.AddKafka("kafka", 5002);
        var variables = await EnvironmentAsync(Project("api").WithReference(redis).WithReference(kafka));
        Assert.Equal("127.0.0.1:5001,password=pw", variables["ConnectionStrings__my-cache"]);
        Assert.Equal("127.0.0.1", variables["MY_CACHE_HOST"]);
        Assert.Equal("5001", variables["MY_CACHE_PORT"]);
        Assert.Equal("127.0.0.1:5002", variables["ConnectionStrings__kafka"]);
        Assert.Equal("127.0.0.1", variables["KAFKA_HOST"]);
        Assert.Equal("5002", variables["KAFKA_PORT"]);
    }

    [Fact]
    public async Task Project_Reference_GivesServiceDiscoveryAndEndpointVariables()
    {
        var backend = Project("back-end").WithHttpEndpoint(port: 5003).WithHttpEndpoint(port: 5004, name: "admin");
        var variables = await EnvironmentAsync(Project("api").WithReference(backend));
        Assert.Equal("http://localhost:5003", variables["services__back-end__http__0"]);
        Assert.Equal("http://localhost:5004", variables["services__back-end__admin__0"]);
        Assert.Equal("http://localhost:5003", variables["BACK_END_HTTP"]);
        Assert.Equal("http://localhost:5004", variables["BACK_END_ADMIN"]);
    }

    [Fact]
    public async Task Replicas_Reference_GivesEachAddressAndEachItsOwnUrl()
    {
        var backend = Project("backend").WithHttpEndpoint(port: 5005).WithReplicas(2);
        var variables = await EnvironmentAsync(Project("api").WithReference(backend));
        var second = await EnvironmentAsync(backend, replica: 1);
        Assert.Equal("http://localhost:5005", variables["services__backend__http__0"]);
        Assert.Equal(second["ASPNETCORE_URLS"], variables["services__backend__http__1"]);
        Assert.NotEqual("http://localhost:5005", second["ASPNETCORE_URLS"]);
    }

    [Fact]
    public async Task Endpoint_Reference_GivesOnlyThatEndpoint()
    {
        var backend = Project("backend").WithHttpEndpoint(port: 5006).WithHttpEndpoint(port: 5007, name: "admin");
        var variables = await EnvironmentAsync(Project("api").WithReference(backend.GetEndpoint("admin")));
        Assert.Equal("http://localhost:5007", variables["services__backend__admin__0"]);
        Assert.DoesNotContain("services__backend__http__0", variables.Keys);
    }

    [Fact]
    public async Task Uri_Reference_GivesDefaultEndpoint()
    {
        var variables = await EnvironmentAsync(Project("api").WithReference("billing", new Uri("https://example.com")));
        Assert.Equal("https://example.com/", variables["services__billing__default__0"]);
    }

    [Fact]
    public async Task Project_Always_IsToldWhoItIs()
    {
        var api = Project("api").WithHttpEndpoint(port: 5008);
        var variables = await EnvironmentAsync(api);
        Assert.Equal("api", variables["OTEL_SERVICE_NAME"]);
        Assert.Equal($"service.instance.id={api.Resource.Instances()[0].Suffix}", variables["OTEL_RESOURCE_ATTRIBUTES"]);
        Assert.Equal("http://localhost:5008", variables["ASPNETCORE_URLS"]);
        Assert.Equal("1000", variables["OTEL_METRIC_EXPORT_INTERVAL"]);
        Assert.DoesNotContain("OTEL_EXPORTER_OTLP_ENDPOINT", variables.Keys);
    }

    [Fact]
    public async Task TelemetryReceiver_Configured_IsGivenWithItsKey()
    {
        _builder.Configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = "http://localhost:15081";
        _builder.Configuration["AppHost:OtlpApiKey"] = "k";
        var variables = await EnvironmentAsync(Project("api"));
        Assert.Equal("http://localhost:15081", variables["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        Assert.Equal("grpc", variables["OTEL_EXPORTER_OTLP_PROTOCOL"]);
        Assert.Equal("x-otlp-api-key=k", variables["OTEL_EXPORTER_OTLP_HEADERS"]);
    }

    [Fact]
    public async Task LaunchProfile_Variables_GiveWayToExplicitOnes()
    {
        var profiled = _builder.AddProject<ProfiledProject>("profiled").WithEnvironment("BOTH", "explicit");
        var variables = await EnvironmentAsync(profiled);
        Assert.Equal("profile", variables["ONLY_PROFILE"]);
        Assert.Equal("explicit", variables["BOTH"]);
        Assert.Equal("http://localhost:5009", variables["ASPNETCORE_URLS"]);
    }

    [Fact]
    public async Task LaunchProfile_Excluded_GivesNothing()
    {
        var variables = await EnvironmentAsync(_builder.AddProject<ProfiledProject>("api", launchProfileName: null));
        Assert.DoesNotContain("ONLY_PROFILE", variables.Keys);
        Assert.DoesNotContain("ASPNETCORE_URLS", variables.Keys);
    }

    [Fact]
    public void LaunchProfile_Unknown_NamesThoseThereAre()
    {
        var error = Assert.Throws<DistributedApplicationException>(() => _builder.AddProject<ProfiledProject>("api", "https"));
        Assert.Contains("no launch profile 'https'; it has: Local", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_OfEveryKind_AreInjected()
    {
        var parameter = _builder.AddParameter("parameter", "value");
        var backend = Project("backend").WithHttpEndpoint(port: 5010);
        var variables = await EnvironmentAsync(Project("api")
            .WithEnvironment("TEXT", "text")
            .WithEnvironment("NULL", (string?)null)
            .WithEnvironment("CALLBACK", () => "called")
            .WithEnvironment("PARAMETER", parameter)
            .WithEnvironment("ENDPOINT", backend.GetEndpoint("http"))
            .WithEnvironment("PORT", backend.GetEndpoint("http").Property(EndpointProperty.Port))
            .WithEnvironment("EXPRESSION", $"{parameter}@{backend.GetEndpoint("http").Property(EndpointProperty.HostAndPort)}")
            .WithEnvironment(context => context.EnvironmentVariables["NUMBER"] = 7));
        Assert.Equal(
            ["text", "", "called", "value", "http://localhost:5010", "5010", "value@localhost:5010", "7"],
            new[] { "TEXT", "NULL", "CALLBACK", "PARAMETER", "ENDPOINT", "PORT", "EXPRESSION", "NUMBER" }.Select(n => variables[n]));
    }

    [Fact]
    public async Task ConnectionString_Missing_NamesItsKeyUnlessOptional()
    {
        var missing = _builder.AddConnectionString("warehouse");
        var error = await Assert.ThrowsAnyAsync<DistributedApplicationException>(() => EnvironmentAsync(Project("api").WithReference(missing)));
        Assert.Contains("ConnectionStrings:warehouse", error.Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => _application?.DisposeAsync() ?? ValueTask.CompletedTask;

    private IResourceBuilder<ProjectResource> Project(string name) => _builder.AddProject<BareProject>(name);

    private async Task<Dictionary<string, string?>> EnvironmentAsync(IResourceBuilder<ProjectResource> project, int replica = 0)
    {
        _application ??= await _builder.BuildAsync(TestContext.Current.CancellationToken);
        _application.Services.GetRequiredService<EndpointAllocation>().Allocate(_application.Services.GetRequiredService<DistributedApplicationModel>());
        var variables = await _application.Services.GetRequiredService<RunSettings>()
            .EnvironmentAsync(project.Resource.Instances()[replica], TestContext.Current.CancellationToken);
        return variables.ToDictionary(v => v.Name, v => v.Value);
    }

    private sealed class BareProject : IProjectMetadata
    {
        public string ProjectPath => Path.Combine(AppContext.BaseDirectory, "Bare.csproj");
    }

    private sealed class ProfiledProject : IProjectMetadata
    {
        public string ProjectPath => Path.Combine(AppContext.BaseDirectory, "Profiled.csproj");

        public LaunchSettings LaunchSettings => new()
        {
            Profiles =
            {
                ["Local"] = new LaunchProfile
                {
                    CommandName = "Project",
                    ApplicationUrl = "http://localhost:5009",
                    EnvironmentVariables = { ["ONLY_PROFILE"] = "profile", ["BOTH"] = "profile" },
                },
            },
        };
    }
}
