using System.Text.RegularExpressions;

namespace CloudNative.Architecture.Tests;

/// <summary>The documents a newcomer starts with stay true.</summary>
public sealed partial class DocumentTests
{
    private const int MaxAgentsLines = 100;

    /// <summary>The path of one event as architecture.md draws it.</summary>
    private static readonly string[] OneEvent =
    [
        "ApiService/Events/IngestEvents.cs",
        "ApiService/Events/EventProducer.cs",
        "IngestService/EventConsumer.cs",
        "Metering/Events/UsageEventStore.cs",
        "Metering/Rollups/RollupQuery.cs",
        "ApiService/Meters/QueryMeter.cs",
    ];

    private static readonly string[] Root =
    [
        "AppHost", "Hosting", "ServiceDefaults", "Metering", "MigrationService", "ApiService", "IngestService", "Web", "Client", "samples", "bench", "tests",
        "deploy", "docs", "scripts",
        "CloudNative.sln", "README.md", "AGENTS.md", "LICENSE", "BannedSymbols.txt", "global.json", "Directory.Build.props", "Directory.Packages.props",
    ];

    [Fact]
    public void OneEvent_Links_AreTheSixFilesInOrder()
    {
        var links = LinksOf("docs/one-event.md").Where(link => link.EndsWith(".cs", StringComparison.Ordinal)).Distinct();

        Assert.Equal(OneEvent, links);
        Findings.MustBeNone(OneEvent.Where(path => !Repository.Exists(path)), "A file of the path that does not exist");
    }

    [Fact]
    public void Links_EveryDocument_LeadToAFileAndToNoLineNumber()
    {
        var documents = Repository.Files.Where(path => path.EndsWith(".md", StringComparison.Ordinal)).ToList();

        Findings.MustBeNone(
            from document in documents
            from link in LinksOf(document)
            where !Path.Exists(Path.Combine(Repository.Root, link))
            select $"{document}: {link}",
            "A link that leads nowhere");
        Findings.MustBeNone(
            from document in documents
            from Match pin in LineNumber().Matches(Repository.Read(document))
            select $"{document}: {pin.Value}",
            "Line numbers in a document are wrong after the next change");
    }

    [Fact]
    public void Agents_Lines_AreUnderAHundred()
    {
        var lines = Repository.Read("AGENTS.md").AsSpan().TrimEnd().Count('\n') + 1;

        Assert.True(lines < MaxAgentsLines, $"AGENTS.md: {lines} lines (budget: under {MaxAgentsLines})");
    }

    [Fact]
    public void Root_Entries_AreThoseOfArchitecture() =>
        Findings.MustBeNone(
            Repository.Files
                .Select(path => path.Split('/')[0])
                .Distinct()
                .Where(entry => !entry.StartsWith('.') && !Root.Contains(entry)),
            "The root holds only what architecture.md lists");

    /// <summary>Relative links, as paths from the root.</summary>
    private static IEnumerable<string> LinksOf(string document) =>
        from Match link in Link().Matches(Repository.Read(document))
        let target = link.Groups["target"].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains(':', StringComparison.Ordinal)
        let path = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, target))
        select Path.GetRelativePath(Repository.Root, path).Replace('\\', '/');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\.(cs|razor|js|sql|yml)(#L\d+|:\d+)")]
    private static partial Regex LineNumber();
}
