using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Projects;

namespace Aspire.Hosting;

/// <summary>.NET projects of this repository.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a referenced project with its first launch profile.</summary>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, [ResourceName] string name)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, _ => { });

    /// <summary>Adds a referenced project.</summary>
    /// <param name="launchProfileName">The profile that gives endpoints and variables; null means none.</param>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string? launchProfileName)
        where TProject : IProjectMetadata, new() => builder.AddProject<TProject>(name, options => Choose(options, launchProfileName));

    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, Action<ProjectResourceOptions> configure)
        where TProject : IProjectMetadata, new() => builder.AddProjectResource(name, new TProject(), configure);

    /// <param name="projectPath">The project file, relative to the AppHost's folder.</param>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string projectPath) =>
        builder.AddProject(name, projectPath, _ => { });

    /// <inheritdoc cref="AddProject(IDistributedApplicationBuilder, string, string)"/>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string projectPath, string? launchProfileName) =>
        builder.AddProject(name, projectPath, options => Choose(options, launchProfileName));

    /// <inheritdoc cref="AddProject(IDistributedApplicationBuilder, string, string)"/>
    public static IResourceBuilder<ProjectResource> AddProject(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string projectPath, Action<ProjectResourceOptions> configure) =>
        builder.AddProjectResource(name, new ProjectFile(Path.GetFullPath(Path.Combine(builder.AppHostDirectory, projectPath))), configure);

    /// <summary>Runs this many processes of the project; clients find all of them by service discovery.</summary>
    public static IResourceBuilder<ProjectResource> WithReplicas(this IResourceBuilder<ProjectResource> builder, int replicas)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaAnnotation(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    private static void Choose(ProjectResourceOptions options, string? launchProfileName)
    {
        options.ExcludeLaunchProfile = launchProfileName is null;
        options.LaunchProfileName = launchProfileName;
    }

    private static IResourceBuilder<ProjectResource> AddProjectResource<TMetadata>(
        this IDistributedApplicationBuilder builder, string name, TMetadata metadata, Action<ProjectResourceOptions> configure)
        where TMetadata : IProjectMetadata
    {
        var options = new ProjectResourceOptions();
        configure(options);
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata);
        var profile = options.ExcludeLaunchProfile
            ? null
            : LaunchProfiles.Select(metadata, options.LaunchProfileName, builder.Configuration["AppHost:DefaultLaunchProfileName"]);
        return project
            .WithTelemetry()
            .WithLaunchProfile(profile)
            .WithAspNetCoreUrls()
            .WithLifecycleCommands()
            .WithLocalProcess((context, _) => Task.FromResult(ProjectProgram.Specify(project.Resource, metadata, context)))
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = KnownResourceTypes.Project,
                Properties =
                [
                    new ResourcePropertySnapshot(KnownProperties.Source, Path.GetFileName(metadata.ProjectPath)),
                    new ResourcePropertySnapshot(KnownProperties.ProjectPath, metadata.ProjectPath),
                ],
            });
    }
}
