using System.Text.RegularExpressions;
using CloudNative.Tests;

namespace CloudNative.Hosting.Tests.Deploy;

/// <summary>What CI runs, as far as it can be checked without running it.</summary>
public sealed partial class WorkflowTests
{
    private const string Workflow = ".github/workflows/ci.yml";

    [Fact]
    public async Task Workflow_Lint_FindsNothing() =>
        Assert.Empty(await OperatorTools.ActionlintAsync(TestContext.Current.CancellationToken, Workflow));

    [Fact]
    public void Workflow_EveryAction_IsPinnedByACommit()
    {
        var actions = Uses().Matches(MonitoringFiles.Read(Workflow)).Select(match => match.Groups["what"].Value).ToList();

        Assert.NotEmpty(actions);
        Assert.All(actions, action => Assert.Matches(@"^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d", action));
    }

    [GeneratedRegex(@"uses: (?<what>.+)$", RegexOptions.Multiline)]
    private static partial Regex Uses();
}
