using CloudNative.Tests;

namespace CloudNative.Architecture.Tests;

/// <summary>Each statement of the HTTP contract has a test that names it. Skipped where <c>design/api.md</c> is not beside the clone.</summary>
public sealed class ContractSentenceTests
{
    /// <summary>What no test can prove yet, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["409 while in use"] = "Nothing can use a meter before there are features.",
        ["features and entitlements"] = "They do not exist yet; the statement is proven for what does.",
        ["feature key"] = "As above.",
    };

    private static readonly IReadOnlyList<(string File, string Text)> Named = ContractSentences.Named(Repository.Tests);

    private static IReadOnlyList<string> Contract => ContractSentences.Read(File.ReadAllText(SharedFiles.Find("design", "api.md")));

    [Fact]
    public void Contract_EveryStatement_IsNamedByATest()
    {
        var names = Named.Select(named => named.Text).Concat(Exceptions.Keys).ToList();

        Findings.MustBeNone(
            Contract.Where(statement => !names.Exists(name => statement.Contains(name, StringComparison.Ordinal))),
            "A statement of api.md that no test names with [Proves]");
    }

    [Fact]
    public void Names_EveryOne_IsOfOneStatement()
    {
        var contract = Contract;

        Findings.MustBeNone(
            from named in Named.Concat(Exceptions.Keys.Select(text => (File: nameof(Exceptions), Text: text)))
            let found = contract.Count(statement => statement.Contains(named.Text, StringComparison.Ordinal))
            where found != 1
            select $"{named.File}: '{named.Text}' is in {found} statements",
            "A text of [Proves] that is not of exactly one statement of api.md");
    }

    [Fact]
    public void Read_Markdown_GivesSentencesRowsAndTheirParts() =>
        Assert.Equal(
            [
                "One, e.g. this (a; b)", "two", "a three", "GET /x | 200", "404",
            ],
            ContractSentences.Read("# Head\n\n`One`, e.g. this (a; b); two.\na\n  `three`.\n\n| call | answer |\n|---|---|\n| `GET /x` | 200 · 404 |\n"));
}
