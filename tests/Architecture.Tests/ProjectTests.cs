using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CloudNative.Architecture.Tests;

/// <summary>architecture.md: who may know whom.</summary>
public sealed partial class ProjectTests
{
    private static readonly string[] DomainWords = ["tenant", "rollup", "ledger", "customer", "entitlement", "metering", "usageevent", "deadletter"];

    private static readonly IReadOnlyDictionary<string, XDocument> Projects = Repository.Files
        .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
        .ToDictionary(path => path, path => XDocument.Parse(Repository.Read(path)));

    [Theory]
    [InlineData("Web", "ServiceDefaults")]
    [InlineData("Metering", "")]
    [InlineData("ServiceDefaults", "")]
    [InlineData("Hosting", "")]
    [InlineData("ApiService", "Metering ServiceDefaults")]
    [InlineData("IngestService", "Metering ServiceDefaults")]
    [InlineData("MigrationService", "Metering ServiceDefaults")]
    [InlineData("Client", "")]
    [InlineData("samples/AiGateway", "Client ServiceDefaults")]
    [InlineData("bench", "Hosting Metering MigrationService ApiService IngestService")]
    public void References_EachProject_AreTheAllowedOnes(string project, string allowed)
    {
        var path = Projects.Keys.Single(path => path.StartsWith($"{project}/", StringComparison.Ordinal));
        var references = Items(path, "ProjectReference").Select(item => Path.GetFileNameWithoutExtension(Include(item)));

        Findings.MustBeNone(
            references.Except(allowed.Split(' ')).Select(reference => $"{path} -> {reference}"),
            "A reference that architecture.md does not draw");
    }

    [Theory]
    [InlineData("ServiceDefaults")]
    [InlineData("Hosting")]
    public void Names_InGenericProjects_HoldNoDomainWord(string project) =>
        Findings.MustBeNone(
            from file in Repository.Production
            where file.Project == project
            from token in file.Syntax.DescendantTokens()
            where token.Kind() is SyntaxKind.IdentifierToken or SyntaxKind.StringLiteralToken
            where DomainWords.Any(word => WordsOf(token.ValueText).Contains($" {word} ", StringComparison.Ordinal))
            select $"{file.Path}:{token.GetLocation().GetLineSpan().StartLinePosition.Line + 1}: {token.Text}",
            $"{project} knows no domain");

    [Fact]
    public void Versions_EveryPackage_StandInDirectoryPackagesProps()
    {
        var inProjects =
            from path in Projects.Keys
            from item in Items(path, "PackageReference")
            where item.Attribute("Version") is not null || item.Attribute("VersionOverride") is not null || item.Elements("Version").Any()
            select $"{path}: {Include(item)}";
        var elsewhere =
            from path in Repository.Files
            where path.EndsWith(".props", StringComparison.Ordinal) || path.EndsWith(".targets", StringComparison.Ordinal)
            where path != "Directory.Packages.props"
            from item in XDocument.Parse(Repository.Read(path)).Descendants("PackageVersion")
            select $"{path}: {Include(item)}";

        Findings.MustBeNone(inProjects.Concat(elsewhere), "A version outside Directory.Packages.props");
    }

    [Fact]
    public void Solution_EveryProject_IsListed()
    {
        var solution = Repository.Read("CloudNative.sln").Replace('\\', '/');

        Findings.MustBeNone(
            Projects.Keys.Where(path => !solution.Contains($"\"{path}\"", StringComparison.Ordinal)),
            "A project that CloudNative.sln does not list");
    }

    private static IEnumerable<XElement> Items(string project, string kind) => Projects[project].Descendants(kind);

    private static string Include(XElement item) => item.Attribute("Include")?.Value.Replace('\\', '/') ?? "";

    /// <summary><c>UsageEventStore</c> is " usage event store usageevent eventstore ": words, and pairs of words as one.</summary>
    private static string WordsOf(string name)
    {
        var words = Word().Matches(name).Select(match => match.Value.ToLowerInvariant()).ToList();
        return $" {string.Join(' ', words.Select(word => word.TrimEnd('s')).Concat(words.Zip(words.Skip(1), (first, second) => first + second.TrimEnd('s'))))} ";
    }

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+(?![a-z])")]
    private static partial Regex Word();
}
