using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>The launch profile that a project was added with.</summary>
public sealed class LaunchProfileAnnotation(string launchProfileName) : IResourceAnnotation
{
    public string LaunchProfileName { get; } = launchProfileName;
}
