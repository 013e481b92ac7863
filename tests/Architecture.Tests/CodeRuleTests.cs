using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CloudNative.Architecture.Tests;

/// <summary>Habits of style.md that syntax shows.</summary>
public sealed partial class CodeRuleTests
{
    private static readonly string[] LoggerCalls =
        ["LogTrace", "LogDebug", "LogInformation", "LogWarning", "LogError", "LogCritical"];

    private static readonly string[] Clocks =
        ["DateTime.Now", "DateTime.UtcNow", "DateTime.Today", "DateTimeOffset.Now", "DateTimeOffset.UtcNow"];

    private static readonly string[] TextFiles = [".razor", ".md", ".yml", ".yaml", ".props", ".targets", ".csproj", ".sh", ".css", ".js", ".sql"];

    [Fact]
    public void Logger_Calls_AreGeneratedMessagesOnly() =>
        Findings.MustBeNone(
            from file in Repository.Code
            from call in file.Find<InvocationExpressionSyntax>()
            where call.Expression is MemberAccessExpressionSyntax access && LoggerCalls.Contains(access.Name.Identifier.Text)
            select $"{At(file, call)}: {call.Expression}",
            "Log with [LoggerMessage]");

    [Fact]
    public void Clock_Reads_ComeFromTimeProvider() =>
        Findings.MustBeNone(
            from file in Repository.Code
            from access in file.Find<MemberAccessExpressionSyntax>()
            where Clocks.Any(clock => access.ToString() == clock || access.ToString().EndsWith($".{clock}", StringComparison.Ordinal))
            select $"{At(file, access)}: {access}",
            "Inject TimeProvider");

    [Fact]
    public void Comments_EveryFile_LeaveNothingToDo()
    {
        var inCode =
            from file in Repository.Code
            from comment in file.Syntax.DescendantTrivia(descendIntoTrivia: true)
            where comment.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia or SyntaxKind.SingleLineDocumentationCommentTrivia
            where UnfinishedWork().IsMatch(comment.ToString())
            select $"{At(file, comment.GetLocation())}: {comment}";
        var elsewhere =
            from path in Repository.Files
            where TextFiles.Contains(Path.GetExtension(path)) || Path.GetExtension(path).Length == 0
            from line in Repository.Read(path).Split('\n').Index()
            where UnfinishedWork().IsMatch(line.Item)
            select $"{path}:{line.Index + 1}: {line.Item.Trim()}";

        Findings.MustBeNone(inCode.Concat(elsewhere), "Unfinished work belongs in an issue");
    }

    [Fact]
    public void Names_EveryType_SayWhatItDoes() =>
        Findings.MustBeNone(
            from file in Repository.Code
            from type in file.Find<BaseTypeDeclarationSyntax>()
            where EmptyName().IsMatch(type.Identifier.Text)
            select $"{At(file, type)}: {type.Identifier.Text}",
            "Nothing is named Helper, Manager or Utils");

    [Fact]
    public void Types_ProductionClasses_AreSealedUnlessInherited()
    {
        var bases = Repository.Code
            .SelectMany(file => file.Find<BaseTypeSyntax>())
            .Select(inherited => LastNameOf(inherited.Type))
            .ToHashSet(StringComparer.Ordinal);

        // Hosting's public classes are Aspire's, which are open.
        Findings.MustBeNone(
            from file in Repository.Production
            from type in file.Find<TypeDeclarationSyntax>()
            where file.Project != "Hosting" || !type.Modifiers.Any(SyntaxKind.PublicKeyword)
            where type is ClassDeclarationSyntax || (type is RecordDeclarationSyntax record && record.ClassOrStructKeyword.Text != "struct")
            where !type.Modifiers.Any(SyntaxKind.SealedKeyword) && !type.Modifiers.Any(SyntaxKind.StaticKeyword) && !type.Modifiers.Any(SyntaxKind.AbstractKeyword)
            where !bases.Contains(type.Identifier.Text)
            where !IsSealedElsewhere(type)
            select $"{At(file, type)}: {type.Identifier.Text}",
            "Sealed by default");
    }

    [Fact]
    public void Interfaces_OutsideHosting_HaveMoreThanOneImplementation()
    {
        var implementations = Repository.Production
            .SelectMany(file => file.Find<BaseTypeSyntax>())
            .CountBy(inherited => LastNameOf(inherited.Type))
            .ToDictionary(StringComparer.Ordinal);

        // Hosting's interfaces are Aspire's: AppHost.cs compiles against either.
        Findings.MustBeNone(
            from file in Repository.Production
            where file.Project != "Hosting"
            from type in file.Find<InterfaceDeclarationSyntax>()
            where implementations.GetValueOrDefault(type.Identifier.Text) == 1
            select $"{At(file, type)}: {type.Identifier.Text}",
            "No interface with one implementation");
    }

    /// <summary>Another part of a partial type may carry the modifier.</summary>
    private static bool IsSealedElsewhere(TypeDeclarationSyntax type) =>
        type.Modifiers.Any(SyntaxKind.PartialKeyword)
        && Repository.Production
            .SelectMany(file => file.Find<TypeDeclarationSyntax>())
            .Any(part => part.Identifier.Text == type.Identifier.Text
                && (part.Modifiers.Any(SyntaxKind.SealedKeyword) || part.Modifiers.Any(SyntaxKind.StaticKeyword) || part.Modifiers.Any(SyntaxKind.AbstractKeyword)));

    private static string LastNameOf(TypeSyntax type) => type switch
    {
        GenericNameSyntax generic => generic.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        QualifiedNameSyntax qualified => LastNameOf(qualified.Right),
        _ => type.ToString(),
    };

    private static string At(CodeFile file, SyntaxNode node) => At(file, node.GetLocation());

    private static string At(CodeFile file, Location location) => $"{file.Path}:{location.GetLineSpan().StartLinePosition.Line + 1}";

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex UnfinishedWork();

    [GeneratedRegex("(Helpers?|Managers?|Utils?|Utilit(y|ies))$")]
    private static partial Regex EmptyName();
}
