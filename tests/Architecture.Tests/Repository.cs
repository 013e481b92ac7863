using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CloudNative.Architecture.Tests;

/// <summary>The repository's files, as they lie in the working tree.</summary>
internal static class Repository
{
    private static readonly string[] SkippedFolders = ["bin", "obj", "node_modules", "TestResults", "out", "aspire-output"];

    public static string Root { get; } = FindRoot();

    /// <summary>All files but build output, what a run or publishing leaves behind, and third-party files below wwwroot; paths relative to the root, with slashes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root)];

    /// <summary>C# files that people write: all but generated migrations.</summary>
    public static IReadOnlyList<CodeFile> Code { get; } =
        [.. Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal) && !path.Contains("/Migrations/", StringComparison.Ordinal)).Select(Parse)];

    public static IReadOnlyList<CodeFile> Production { get; } = [.. Code.Where(file => !file.IsTest)];

    public static IReadOnlyList<CodeFile> Tests { get; } = [.. Code.Where(file => file.IsTest)];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static bool Exists(string path) => File.Exists(Path.Combine(Root, path));

    private static CodeFile Parse(string path)
    {
        var text = Read(path);
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        return new CodeFile(path, text.AsSpan().TrimEnd().Count('\n') + 1, CSharpSyntaxTree.ParseText(text, options).GetRoot());
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
            yield return Path.GetRelativePath(Root, file).Replace('\\', '/');

        var folders = Directory.EnumerateDirectories(folder)
            .Where(path => Path.GetFileName(path) is var name
                && !SkippedFolders.Contains(name)
                && (!name.StartsWith('.') || name is ".github" or ".ci")
                && !(name == "lib" && Path.GetFileName(folder) == "wwwroot"));
        foreach (var file in folders.SelectMany(Walk))
            yield return file;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CloudNative.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException($"No CloudNative.sln above {AppContext.BaseDirectory}");
    }
}

/// <param name="Path">Relative to the root, with slashes.</param>
/// <param name="Lines">Up to the last one that is not empty.</param>
/// <param name="Syntax">The parsed file.</param>
internal sealed record CodeFile(string Path, int Lines, SyntaxNode Syntax)
{
    public bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    public string Project => Path.Split('/')[0];

    public string Name => System.IO.Path.GetFileName(Path);

    public IEnumerable<T> Find<T>() where T : SyntaxNode => Syntax.DescendantNodes().OfType<T>();

    public IEnumerable<MethodDeclarationSyntax> FindTests() =>
        Find<MethodDeclarationSyntax>().Where(method => method.AttributeLists.SelectMany(list => list.Attributes).Any(attribute => attribute.Name.ToString() is "Fact" or "Theory"));
}
