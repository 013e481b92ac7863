namespace Aspire.Hosting;

/// <summary>How an application is built.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line. Default: none.</summary>
    public string[]? Args { get; set; }

    /// <summary>The assembly that the AppHost's entry point is in. Default: the process's.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The folder of the AppHost's project. Default: where it was built from.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether to run without the dashboard. Default: false.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether the resources' lines also go to the host's logging. Default: false.</summary>
    public bool EnableResourceLogging { get; set; }

    /// <summary>What the dashboard calls the application. Default: the AppHost's name.</summary>
    public string? DashboardApplicationName { get; set; }

    /// <summary>For Aspire's engine; the embedded engine speaks plain HTTP on loopback. Default: false.</summary>
    public bool AllowUnsecuredTransport { get; set; }
}
