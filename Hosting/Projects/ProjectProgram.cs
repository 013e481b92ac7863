using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;

namespace Aspire.Hosting.Projects;

/// <summary>The built program of a project. It is started itself and not through <c>dotnet run</c>, which would cost a build each.</summary>
internal static class ProjectProgram
{
    public static ProcessSpec Specify(ProjectResource resource, IProjectMetadata project, LocalProcessContext context)
    {
        var assembly = FindAssembly(project) ?? throw new DistributedApplicationException(
            $"The project '{resource.Name}' is not built: run dotnet build {project.ProjectPath}");
        return new ProcessSpec(DotnetHost.Path, [assembly, .. context.Arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(project.ProjectPath),
            Environment = context.Environment,
        };
    }

    private static string? FindAssembly(IProjectMetadata project)
    {
        if (project is IBuiltProjectMetadata { TargetPath: var built } && File.Exists(built))
            return built;
        var output = Path.Combine(Path.GetDirectoryName(project.ProjectPath)!, "bin", Configuration);
        if (!Directory.Exists(output))
            return null;
        // Next to a program lies its runtimeconfig; a library of the same name has none.
        return Directory.EnumerateFiles(output, Path.GetFileNameWithoutExtension(project.ProjectPath) + ".runtimeconfig.json", SearchOption.AllDirectories)
            .OrderByDescending(File.GetLastWriteTimeUtc)
            .Select(config => config.Replace(".runtimeconfig.json", ".dll", StringComparison.Ordinal))
            .FirstOrDefault(File.Exists);
    }

    private static string Configuration =>
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyConfigurationAttribute>()?.Configuration ?? "Debug";
}
