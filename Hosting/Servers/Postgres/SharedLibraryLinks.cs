using System.Text.Json;

namespace Aspire.Hosting.Servers.Postgres;

/// <summary>
/// npm packages can't hold symbolic links, so PostgreSQL's lists the ones its shared libraries need. They are made here and
/// not by the package's install script: npm is about to refuse those by default.
/// </summary>
internal static class SharedLibraryLinks
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static void Restore(string nativeFolder)
    {
        var list = Path.Combine(nativeFolder, "pg-symlinks.json");
        if (!File.Exists(list))
            return;

        var package = Path.GetDirectoryName(nativeFolder)!;
        foreach (var link in JsonSerializer.Deserialize<Link[]>(File.ReadAllText(list), Web)!)
            Create(Path.Combine(package, link.Target), Path.Combine(package, link.Source));
    }

    private static void Create(string path, string target)
    {
        try
        {
            if (!File.Exists(path))
                File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, target));
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another run made it in the meantime.
        }
    }

    // In the package's words: target is the link, source is the file it leads to.
    private sealed record Link(string Source, string Target);
}
