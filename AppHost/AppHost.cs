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

var web = builder.AddProject<Projects.Web>("web")
    .WithReference(api)
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

builder.Build().Run();
