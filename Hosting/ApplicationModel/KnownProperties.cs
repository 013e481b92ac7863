namespace Aspire.Hosting.ApplicationModel;

/// <summary>Names of properties that Aspire's dashboard gives a meaning.</summary>
internal static class KnownProperties
{
    public const string Source = "resource.source";
    public const string ConnectionString = "resource.connectionString";
    public const string WaitingFor = "resource.waitingFor";
    public const string ProjectPath = "project.path";
    public const string ProjectLaunchProfile = "project.launchProfile";
    public const string ExecutablePath = "executable.path";
    public const string ExecutableProcessId = "executable.pid";
    public const string ExecutableWorkingDirectory = "executable.workDir";
    public const string ExecutableArguments = "executable.args";
    public const string ContainerImage = "container.image";
    public const string ParameterValue = "Value";
}

/// <summary>The kinds of resources, as the dashboard shows them.</summary>
internal static class KnownResourceTypes
{
    public const string Project = "Project";
    public const string Executable = "Executable";
    public const string Container = "Container";
    public const string Parameter = "Parameter";
    public const string ConnectionString = "ConnectionString";
}
