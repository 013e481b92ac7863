namespace CloudNative.Tests;

/// <summary>Public suites that stand beside the clone in <c>shared</c>, or where <c>CLOUDNATIVE_SHARED</c> says; the tests that need one are skipped without it.</summary>
internal static class SharedFiles
{
    public static string Find(string folder, string file)
    {
        var shared = Environment.GetEnvironmentVariable("CLOUDNATIVE_SHARED");
        for (var parent = new DirectoryInfo(AppContext.BaseDirectory); shared is null && parent is not null; parent = parent.Parent)
        {
            if (Directory.Exists(Path.Combine(parent.FullName, "shared", folder)))
                shared = Path.Combine(parent.FullName, "shared");
        }

        var path = Path.Combine(shared ?? ".", folder, file);
        if (!File.Exists(path))
            Assert.Skip($"{folder}/{file} is not on this machine.");
        return path;
    }
}
