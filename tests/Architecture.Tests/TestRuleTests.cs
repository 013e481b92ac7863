namespace CloudNative.Architecture.Tests;

/// <summary>Habits of style.md for tests.</summary>
public sealed class TestRuleTests
{
    [Fact]
    public void Names_EveryTest_AreMethodStateResult() =>
        Findings.MustBeNone(
            from file in Repository.Tests
            from method in file.FindTests()
            where method.Identifier.Text.Split('_').Length != 3
            select $"{file.Path}: {method.Identifier.Text}",
            "Name tests Method_State_Result");

    [Fact]
    public void Projects_EveryTestProject_HasTests() =>
        Findings.MustBeNone(
            from project in Repository.Files
            where project.StartsWith("tests/", StringComparison.Ordinal) && project.EndsWith(".csproj", StringComparison.Ordinal)
            let folder = project[..(project.LastIndexOf('/') + 1)]
            where !Repository.Tests.Any(file => file.Path.StartsWith(folder, StringComparison.Ordinal) && file.FindTests().Any())
            select project,
            "A test project without tests");
}
