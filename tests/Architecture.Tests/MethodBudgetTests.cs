using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CloudNative.Architecture.Tests;

/// <summary>style.md's budgets for methods and constructors.</summary>
public sealed class MethodBudgetTests
{
    private const int MaxBodyLines = 60;
    private const int MaxConstructorParameters = 6;

    [Fact]
    public void Body_ProductionMethods_MedianAndP90WithinBudget() =>
        Findings.MustStayWithin("lines of a method body", Repository.Production.SelectMany(Bodies).Select(body => body.Lines), median: 6, p90: 30);

    [Fact]
    public void Body_EveryMethod_AtMostItsBudget() =>
        Findings.MustBeNone(
            from file in Repository.Code
            from body in Bodies(file)
            where body.Lines > MaxBodyLines
            select $"{file.Path}: {body.Name} has {body.Lines} lines (budget {MaxBodyLines})",
            "Method too long");

    [Fact]
    public void Constructor_EveryClass_AtMostSixParameters() =>
        Findings.MustBeNone(
            from file in Repository.Production
            from constructor in Constructors(file)
            where constructor.Parameters.Parameters.Count > MaxConstructorParameters
            select $"{file.Path}: {constructor.Type} takes {constructor.Parameters.Parameters.Count} (budget {MaxConstructorParameters})",
            "Too many constructor parameters");

    private static IEnumerable<(string Name, int Lines)> Bodies(CodeFile file) =>
        from method in file.Find<BaseMethodDeclarationSyntax>()
        let lines = method switch
        {
            { Body: { } block } => LinesBetween(block.OpenBraceToken, block.CloseBraceToken),
            { ExpressionBody: { } arrow } => LineOf(arrow.GetLastToken()) - LineOf(arrow.Expression.GetFirstToken()) + 1,
            _ => 0,
        }
        where lines > 0
        select (NameOf(method), lines);

    /// <summary>A record's parameters are its data, not its dependencies.</summary>
    private static IEnumerable<(string Type, ParameterListSyntax Parameters)> Constructors(CodeFile file) =>
        file.Find<ConstructorDeclarationSyntax>()
            .Where(constructor => constructor.Parent is not RecordDeclarationSyntax)
            .Select(constructor => (constructor.Identifier.Text, constructor.ParameterList))
            .Concat(file.Find<TypeDeclarationSyntax>()
                .Where(type => type is not RecordDeclarationSyntax && type.ParameterList is not null)
                .Select(type => (type.Identifier.Text, type.ParameterList!)));

    private static string NameOf(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax named => named.Identifier.Text,
        ConstructorDeclarationSyntax constructor => constructor.Identifier.Text,
        _ => method.Kind().ToString(),
    };

    private static int LinesBetween(SyntaxToken open, SyntaxToken close) => Math.Max(1, LineOf(close) - LineOf(open) - 1);

    private static int LineOf(SyntaxToken token) => token.GetLocation().GetLineSpan().StartLinePosition.Line;
}
