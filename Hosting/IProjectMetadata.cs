using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>A project that the AppHost references; the classes of <c>Projects</c> are generated from its project references.</summary>
public interface IProjectMetadata : IResourceAnnotation
{
    /// <summary>The full path of the project file.</summary>
    string ProjectPath { get; }

    /// <summary>What <c>Properties/launchSettings.json</c> holds, if not read from there.</summary>
    LaunchSettings? LaunchSettings => null;
}

/// <summary>A project whose program the AppHost's build knows.</summary>
public interface IBuiltProjectMetadata : IProjectMetadata
{
    /// <summary>The full path of the built assembly.</summary>
    string TargetPath { get; }
}
