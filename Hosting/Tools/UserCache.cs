namespace Aspire.Hosting.Tools;

/// <summary>Where downloaded programs are kept: one folder per user, shared by every clone and every run.</summary>
internal sealed class UserCache(string root)
{
    private const string FolderVariable = "CLOUDNATIVE_CACHE";

    public static UserCache Default { get; } = new(DefaultRoot());

    public string Root { get; } = root;

    /// <summary>
    /// A folder that is filled once. It is either complete or not there: it is filled under another name and then renamed,
    /// so two processes may do it at the same time (the second one's work is thrown away).
    /// </summary>
    public async Task<string> GetOrCreateAsync(string name, Func<string, CancellationToken, Task> fill, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Root, name);
        if (Directory.Exists(folder))
            return folder;

        var unfinished = $"{folder}.{Guid.CreateVersion7():N}";
        try
        {
            Directory.CreateDirectory(unfinished);
            await fill(unfinished, cancellationToken);
            MoveUnlessThere(unfinished, folder);
            return folder;
        }
        finally
        {
            if (Directory.Exists(unfinished))
                Directory.Delete(unfinished, recursive: true);
        }
    }

    private static void MoveUnlessThere(string from, string to)
    {
        try
        {
            Directory.Move(from, to);
        }
        catch (IOException) when (Directory.Exists(to))
        {
            // Another process was quicker; its folder is as complete as ours.
        }
    }

    private static string DefaultRoot()
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } chosen)
            return Path.GetFullPath(chosen);

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var caches = OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches")
            : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg
            : Path.Combine(home, ".cache");
        return Path.Combine(caches, "cloudnative");
    }
}
