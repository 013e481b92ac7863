namespace Aspire.Hosting;

/// <summary>How a project is added.</summary>
public class ProjectResourceOptions
{
    /// <summary>Null means the AppHost's default, else the first profile that runs the project.</summary>
    public string? LaunchProfileName { get; set; }

    /// <summary>Whether neither endpoints nor variables come from a launch profile. Default: false.</summary>
    public bool ExcludeLaunchProfile { get; set; }
}
