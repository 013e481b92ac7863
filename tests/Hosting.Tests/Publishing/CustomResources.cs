using System.IO.Compression;

namespace CloudNative.Hosting.Tests.Publishing;

/// <summary>The definitions of custom resources, from <c>shared/schemas/crds</c> beside the repository, unpacked for the tools that read them.</summary>
internal static class CustomResources
{
    private static readonly Lazy<string?> Unpacked = new(Unpack);

    public static string FolderOrSkip()
    {
        Assert.SkipWhen(Unpacked.Value is null, "There is no folder shared/schemas/crds beside the repository.");
        return Unpacked.Value!;
    }

    private static string? Unpack()
    {
        var packed = Find();
        if (packed is null)
            return null;
        var folder = Path.Combine(AppContext.BaseDirectory, "crds");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.EnumerateFiles(packed, "*.yaml.gz"))
        {
            using var source = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using var target = File.Create(Path.Combine(folder, Path.GetFileNameWithoutExtension(file)));
            source.CopyTo(target);
        }

        return folder;
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "schemas", "crds");
            if (Directory.Exists(candidate))
                return candidate;
        }

        return null;
    }
}
