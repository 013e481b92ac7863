using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>A system with one of everything that is published: services, a run-once project, connections, parameters.</summary>
internal static class SampleSystem
{
    public const string Password = "s3cret-of-the-server";
    public const string Token = "s3cret-token";

    public static IDistributedApplicationBuilder Create(params string[] args)
    {
        var builder = DistributedApplication.CreateBuilder([.. args, $"Parameters:password={Password}", $"Parameters:token={Token}"]);
        builder.AddKubernetesEnvironment("shop");
        var password = builder.AddParameter("password", secret: true);
        var token = builder.AddParameter("token", secret: true);
        var greeting = builder.AddParameter("greeting", "hello");
        var orders = builder.AddPostgres("postgres", password: password).AddDatabase("orders");
        var cache = builder.AddRedis("cache");

        var migrations = builder.AddProject<Job>("migrations").WithReference(orders).WaitFor(orders);
        var api = builder.AddProject<Service>("api")
            .WithReference(orders).WithReference(cache)
            .WithEnvironment("Token", token).WithEnvironment("Greeting", greeting)
            .WithEnvironment("Banner", ReferenceExpression.Create($"{greeting}, world"))
            .WithHttpHealthCheck("/health")
            .WithReplicas(2)
            .WaitForCompletion(migrations);
        builder.AddProject<Service>("web").WithReference(api).WithHttpHealthCheck("/health").WithExternalHttpEndpoints().WaitFor(api);
        return builder;
    }

    public sealed class Service : IProjectMetadata
    {
        public string ProjectPath => Path.GetFullPath("Shop/Service.csproj");

        public LaunchSettings LaunchSettings { get; } = Profile(new LaunchProfile
        {
            CommandName = "Project",
            ApplicationUrl = "http://localhost:5090",
            EnvironmentVariables = { ["ASPNETCORE_ENVIRONMENT"] = "Development" },
        });
    }

    public sealed class Job : IProjectMetadata
    {
        public string ProjectPath => Path.GetFullPath("Shop/Job.csproj");

        public LaunchSettings LaunchSettings { get; } = Profile(new LaunchProfile { CommandName = "Project" });
    }

    private static LaunchSettings Profile(LaunchProfile profile) => new() { Profiles = { ["http"] = profile } };
}
