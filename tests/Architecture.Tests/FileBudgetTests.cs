namespace CloudNative.Architecture.Tests;

/// <summary>style.md's budgets for whole files. A file that outgrows them has a second noun in it.</summary>
public sealed class FileBudgetTests
{
    private const int MaxLines = 400;
    private const int MaxTestLines = 600;
    private const int MaxProgramLines = 40;
    private const int MaxAppHostLines = 100;
    private const int MaxMarkupLines = 150;
    private const int MaxCodeBehindLines = 300;

    [Fact]
    public void Lines_ProductionFiles_MedianAndP90WithinBudget() =>
        Findings.MustStayWithin("lines of a .cs file", Repository.Production.Select(file => file.Lines), median: 60, p90: 170);

    [Fact]
    public void Lines_EveryFile_AtMostItsBudget() =>
        Findings.MustBeNone(
            from file in Repository.Code
            let budget = BudgetOf(file)
            where file.Lines > budget
            select $"{file.Path}: {file.Lines} lines (budget {budget})",
            "File too long");

    [Fact]
    public void Lines_RazorMarkup_AtMostItsBudget() =>
        Findings.MustBeNone(
            from path in Repository.Files
            where path.EndsWith(".razor", StringComparison.Ordinal)
            let lines = Repository.Read(path).AsSpan().TrimEnd().Count('\n') + 1
            where lines > MaxMarkupLines
            select $"{path}: {lines} lines (budget {MaxMarkupLines})",
            "Markup too long");

    private static int BudgetOf(CodeFile file) => file switch
    {
        { IsTest: true } => MaxTestLines,
        { Name: "Program.cs" } => MaxProgramLines,
        { Name: "AppHost.cs" } => MaxAppHostLines,
        _ when file.Name.EndsWith(".razor.cs", StringComparison.Ordinal) => MaxCodeBehindLines,
        _ => MaxLines,
    };
}
