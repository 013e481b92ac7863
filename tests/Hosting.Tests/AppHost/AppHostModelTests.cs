using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Hosting.Tests.AppHost;

/// <summary>The application that AppHost.cs describes, through its own entry point, without starting it.</summary>
public sealed class AppHostModelTests
{
    [Fact]
    public async Task CreateAsync_AppHost_HasTheSystemsResources()
    {
        await using var builder = await CreateAsync();
        Assert.Equal(
            "api dev-api-key ingest kafka metering migrations postgres redis web",
            string.Join(' ', builder.Resources.Select(r => r.Name).Order(StringComparer.Ordinal)));
        Assert.Equal("AppHost", Path.GetFileName(builder.AppHostDirectory));
    }

    [Theory]
    [InlineData("web", 5080)]
    [InlineData("api", 5081)]
    [InlineData("ingest", 5082)]
    public async Task CreateAsync_Services_HaveThePortsThatTheReadmeNames(string name, int port)
    {
        await using var builder = await CreateAsync();
        Assert.Equal(port, Assert.Single(builder.Resources.Single(r => r.Name == name).Annotations.OfType<EndpointAnnotation>()).Port);
    }

    [Fact]
    public async Task CreateAsync_Demo_AddsTheSample()
    {
        await using var builder = await CreateAsync("--demo");
        Assert.Contains(builder.Resources, r => r.Name == "demo");
    }

    [Fact]
    public async Task CreateAsync_OutsideDevelopment_HasNoDevelopmentKey()
    {
        await using var builder = await CreateAsync("--environment=Production", "--demo");
        Assert.DoesNotContain(builder.Resources, r => r.Name is "dev-api-key" or "demo");
    }

    [Fact]
    public async Task CreateAsync_Publish_HasTheKubernetesEnvironmentAndNothingOfDevelopment()
    {
        await using var builder = await CreateAsync("--operation", "publish", "--step", "publish", "--output-path", "somewhere");
        Assert.True(builder.ExecutionContext.IsPublishMode);
        Assert.Contains(builder.Resources, r => r.Name == "cloudnative");
        Assert.DoesNotContain(builder.Resources, r => r.Name is "dev-api-key");
    }

    [Fact]
    public async Task CreateAsync_KeepData_GivesPostgresAVolume()
    {
        await using var throwAway = await CreateAsync();
        await using var kept = await CreateAsync("--keep-data");
        Assert.False(throwAway.Resources.Single(r => r.Name == "postgres").HasAnnotationOfType<ContainerMountAnnotation>());
        Assert.True(kept.Resources.Single(r => r.Name == "postgres").HasAnnotationOfType<ContainerMountAnnotation>());
    }

    [Theory]
    [InlineData("migrations", "Development__ApiKey", "dev-key")]
    [InlineData("web", "Api__Key", "dev-key")]
    [InlineData("kafka", "KAFKA_CREATE_TOPICS", "usage-events:12:1")]
    public async Task Environment_Development_HoldsWhatTheServicesAgreedOn(string resource, string variable, string value)
    {
        await using var builder = await CreateAsync();
        Assert.Equal(value, (await EnvironmentAsync(builder, resource))[variable]);
    }

    [Theory]
    [InlineData("migrations", "ConnectionStrings__metering ConnectionStrings__kafka")]
    [InlineData("ingest", "ConnectionStrings__metering ConnectionStrings__kafka ASPNETCORE_URLS")]
    [InlineData("api", "ConnectionStrings__metering ConnectionStrings__redis ConnectionStrings__kafka services__ingest__http__0 INGEST_HTTP")]
    [InlineData("web", "services__api__http__0 API_HTTP ASPNETCORE_ENVIRONMENT OTEL_SERVICE_NAME")]
    public async Task Environment_EachService_FindsWhatItNeeds(string resource, string variables)
    {
        await using var builder = await CreateAsync();
        var environment = await EnvironmentAsync(builder, resource);
        Assert.All(variables.Split(' '), name => Assert.Contains(name, environment.Keys));
    }

    private static Task<IDistributedApplicationTestingBuilder> CreateAsync(params string[] args) =>
        DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(args, TestContext.Current.CancellationToken);

    private static async Task<Dictionary<string, string?>> EnvironmentAsync(IDistributedApplicationTestingBuilder builder, string resource)
    {
        var application = await builder.BuildAsync(TestContext.Current.CancellationToken);
        var model = application.Services.GetRequiredService<DistributedApplicationModel>();
        application.Services.GetRequiredService<EndpointAllocation>().Allocate(model);
        var instance = model.Resources.Single(r => r.Name == resource).Instances()[0];
        var variables = await application.Services.GetRequiredService<RunSettings>().EnvironmentAsync(instance, TestContext.Current.CancellationToken);
        return variables.ToDictionary(v => v.Name, v => v.Value);
    }
}
