using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Postgres;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;
using Aspire.Hosting.Servers.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Aspire.Hosting;

/// <summary>PostgreSQL. The embedded engine runs a real server as a local process.</summary>
public static class PostgresBuilderExtensions
{
    private const int DefaultPort = 5432;

    /// <param name="userName">Default: <c>postgres</c>.</param>
    /// <param name="password">Default: a random one, or the configuration key <c>Parameters:{name}-password</c>.</param>
    /// <param name="port">Default: any free one.</param>
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder,
        [ResourceName] string name,
        IResourceBuilder<ParameterResource>? userName = null,
        IResourceBuilder<ParameterResource>? password = null,
        int? port = null)
    {
        var passwordParameter = password?.Resource
            ?? ParameterResourceBuilderExtensions.CreateDefaultPasswordParameter(builder, $"{name}-password", special: false);
        var server = new PostgresServerResource(name, userName?.Resource, passwordParameter);
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: DefaultPort, name: PostgresServerResource.PrimaryEndpointName)
            .WithEndpoint(PostgresServerResource.PrimaryEndpointName, e => e.TargetHost = "127.0.0.1")
            .WithImage("postgres", "18")
            .WithLocalServer((context, cancellationToken) => CreateServerAsync(server, context, cancellationToken))
            .WithLifecycleCommands()
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = nameof(PostgresServerResource)[..^"Resource".Length],
                Properties = [new ResourcePropertySnapshot(KnownProperties.Source, "PostgreSQL")],
            });
    }

    /// <summary>A database, which is created when the server is healthy.</summary>
    /// <param name="databaseName">Default: the resource's name.</param>
    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(
        this IResourceBuilder<PostgresServerResource> builder, [ResourceName] string name, string? databaseName = null)
    {
        databaseName ??= name;
        var server = builder.Resource;
        server.AddDatabase(name, databaseName);
        return builder.ApplicationBuilder.AddResource(new PostgresDatabaseResource(name, databaseName, server))
            .WithAnnotation(new InitializerAnnotation(cancellationToken =>
                server.Last<LocalServerAnnotation<PostgresServer>>()!.Current.CreateDatabaseAsync(databaseName, cancellationToken)))
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = nameof(PostgresDatabaseResource)[..^"Resource".Length],
                Properties = [new ResourcePropertySnapshot(KnownProperties.Source, databaseName)],
            });
    }

    /// <summary>Keeps the data from run to run, below <c>.data</c> in the AppHost's folder.</summary>
    /// <param name="name">Default: the resource's name.</param>
    public static IResourceBuilder<PostgresServerResource> WithDataVolume(
        this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithVolume(name, "/var/lib/postgresql", isReadOnly);

    public static IResourceBuilder<PostgresServerResource> WithDataBindMount(
        this IResourceBuilder<PostgresServerResource> builder, string source, bool isReadOnly = false) => builder.WithAnnotation(
            new ContainerMountAnnotation(
                Path.GetFullPath(Path.Combine(builder.ApplicationBuilder.AppHostDirectory, source)),
                "/var/lib/postgresql",
                ContainerMountType.BindMount,
                isReadOnly));

    public static IResourceBuilder<PostgresServerResource> WithHostPort(this IResourceBuilder<PostgresServerResource> builder, int? port) =>
        builder.WithEndpoint(PostgresServerResource.PrimaryEndpointName, e => e.Port = port);

    /// <summary>Only a note in the embedded engine: pgAdmin is an image, which only Aspire's engine runs.</summary>
    public static IResourceBuilder<T> WithPgAdmin<T>(
        this IResourceBuilder<T> builder,
        Action<IResourceBuilder<PgAdminContainerResource>>? configureContainer = null,
        string? containerName = null)
        where T : PostgresServerResource => builder.WithAnnotation(
            new NoteAnnotation("WithPgAdmin adds nothing here: pgAdmin is an image, which only Aspire's engine runs."));

    private static async Task<PostgresServer> CreateServerAsync(
        PostgresServerResource resource, LocalProcessContext context, CancellationToken cancellationToken)
    {
        var run = context.Services.GetRequiredService<LocalRun>();
        var options = new PostgresOptions(
            run.RunFolder(resource.Name),
            await resource.PrimaryEndpoint.PortAsync(cancellationToken),
            (await resource.UserNameReference.GetValueAsync(cancellationToken))!,
            resource.PasswordParameter.Value) { DataFolder = resource.DataFolder(run) };
        return new PostgresServer(options, PostgresLocator.Default, run);
    }
}
