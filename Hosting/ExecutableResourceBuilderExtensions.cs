using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Processes;

namespace Aspire.Hosting;

/// <summary>Programs that are there already.</summary>
public static class ExecutableResourceBuilderExtensions
{
    /// <param name="command">A file, or a name that is found on the PATH.</param>
    /// <param name="workingDirectory">Relative to the AppHost's folder.</param>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string command, string workingDirectory, params string[]? args) =>
        builder.AddExecutable(name, command, workingDirectory, args?.Cast<object>().ToArray());

    /// <inheritdoc cref="AddExecutable(IDistributedApplicationBuilder, string, string, string, string[])"/>
    public static IResourceBuilder<ExecutableResource> AddExecutable(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, string command, string workingDirectory, params object[]? args)
    {
        var folder = Path.GetFullPath(Path.Combine(builder.AppHostDirectory, workingDirectory));
        var executable = builder.AddResource(new ExecutableResource(name, command, folder));
        return executable
            .WithArgs(args ?? [])
            .WithLifecycleCommands()
            .WithLocalProcess((context, _) => Task.FromResult(Specify(executable.Resource, context)))
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = KnownResourceTypes.Executable,
                Properties = [new ResourcePropertySnapshot(KnownProperties.Source, command)],
            });
    }

    public static IResourceBuilder<T> WithCommand<T>(this IResourceBuilder<T> builder, string command)
        where T : ExecutableResource
    {
        builder.Resource.Last<ExecutableAnnotation>()!.Command = command;
        return builder;
    }

    public static IResourceBuilder<T> WithWorkingDirectory<T>(this IResourceBuilder<T> builder, string workingDirectory)
        where T : ExecutableResource
    {
        builder.Resource.Last<ExecutableAnnotation>()!.WorkingDirectory =
            Path.GetFullPath(Path.Combine(builder.ApplicationBuilder.AppHostDirectory, workingDirectory));
        return builder;
    }

    private static ProcessSpec Specify(ExecutableResource executable, LocalProcessContext context)
    {
        var inFolder = Path.Combine(executable.WorkingDirectory, executable.Command);
        return new ProcessSpec(File.Exists(inFolder) ? inFolder : executable.Command, context.Arguments)
        {
            WorkingDirectory = executable.WorkingDirectory,
            Environment = context.Environment,
        };
    }
}
