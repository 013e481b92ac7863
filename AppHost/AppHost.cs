using Microsoft.Extensions.Hosting;

var builder = DistributedApplication.CreateBuilder(args);
var keepsData = args.Contains("--keep-data");

// Where the application is published to, and its namespace there:
// dotnet run --project AppHost -- --operation publish --step publish --output-path OUT
builder.AddKubernetesEnvironment("cloudnative");

var postgres = builder.AddPostgres("postgres");
var metering = postgres.AddDatabase("metering");
var redis = builder.AddRedis("redis");
var kafka = builder.AddKafka("kafka").WithEnvironment("KAFKA_CREATE_TOPICS", "usage-events:12:1");
if (keepsData)
{
    postgres.WithDataVolume();
    kafka.WithDataVolume();
}

var migrations = builder.AddProject<Projects.MigrationService>("migrations")
    .WithReference(metering)
    .WithReference(kafka)
    .WaitFor(metering)
    .WaitFor(kafka);

var ingest = builder.AddProject<Projects.IngestService>("ingest")
    .WithReference(metering)
    .WithReference(kafka)
    // The group's lag says how many of it are needed.
    .WithEnvironment("Ingest__GroupId", "ingest")
    .WaitForCompletion(migrations)
    .WithHttpHealthCheck("/health");

var api = builder.AddProject<Projects.ApiService>("api")
    .WithReference(metering)
    .WithReference(redis)
    .WithReference(kafka)
    .WithReference(ingest)
    .WaitForCompletion(migrations)
    .WithHttpHealthCheck("/health")
    .WithExternalHttpEndpoints();

// One: an open page is state in the memory of its process.
var web = builder.AddProject<Projects.Web>("web")
    .WithReference(api)
    .WithReplicas(1)
    .WithHttpHealthCheck("/health")
    .WithExternalHttpEndpoints();

// In Development there is a tenant with one API key, so that the lines of the README work as written. Nowhere else.
if (builder.ExecutionContext.IsRunMode && builder.Environment.IsDevelopment())
{
    var key = builder.AddParameter("dev-api-key");
    migrations.WithEnvironment("Development__ApiKey", key);
    web.WithEnvironment("Api__Key", key);

    if (args.Contains("--demo"))
        builder.AddProject<Projects.AiGateway>("demo")
            .WithReference(api)
            .WithEnvironment("Api__Key", key)
            .WaitFor(api);
}

// In a cluster its operator gives the first key, and a proxy in front of the admin UI signs people in.
if (builder.ExecutionContext.IsPublishMode)
{
    var key = builder.AddParameter("admin-api-key", secret: true);
    migrations.WithEnvironment("Bootstrap__ApiKey", key)
        .WithEnvironment("Bootstrap__Tenant", builder.AddParameter("tenant", "default", publishValueAsDefault: true));
    web.WithEnvironment("Api__Key", key)
        .WithEnvironment("SignIn__UserHeader", builder.AddParameter("user-header", "X-Forwarded-User", publishValueAsDefault: true));
}

builder.Build().Run();
