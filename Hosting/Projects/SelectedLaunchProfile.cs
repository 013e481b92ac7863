namespace Aspire.Hosting.Projects;

internal sealed record SelectedLaunchProfile(string Name, LaunchProfile Profile);
