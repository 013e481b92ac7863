using System.Text.Json;

namespace Aspire.Hosting.Projects;

/// <summary>Chooses the launch profile of a project.</summary>
internal static class LaunchProfiles
{
    private static readonly JsonSerializerOptions Json = new() { ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <param name="requested">A profile that must exist.</param>
    /// <param name="preferred">The AppHost's default, taken when the project has a profile of that name.</param>
    public static SelectedLaunchProfile? Select(IProjectMetadata project, string? requested, string? preferred)
    {
        var profiles = (project.LaunchSettings ?? Read(project.ProjectPath))?.Profiles ?? [];
        if (requested is not null)
            return profiles.TryGetValue(requested, out var named)
                ? new SelectedLaunchProfile(requested, named)
                : throw new DistributedApplicationException(
                    $"The project '{project.ProjectPath}' has no launch profile '{requested}'; it has: {string.Join(", ", profiles.Keys)}.");
        if (preferred is not null && profiles.TryGetValue(preferred, out var common))
            return new SelectedLaunchProfile(preferred, common);
        var first = profiles.FirstOrDefault(p => p.Value.CommandName == "Project");
        return first.Key is null ? null : new SelectedLaunchProfile(first.Key, first.Value);
    }

    private static LaunchSettings? Read(string projectPath)
    {
        var path = Path.Combine(Path.GetDirectoryName(projectPath)!, "Properties", "launchSettings.json");
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize<LaunchSettings>(File.ReadAllText(path), Json);
        }
        catch (JsonException e)
        {
            throw new DistributedApplicationException($"'{path}' can't be read: {e.Message}", e);
        }
    }
}
