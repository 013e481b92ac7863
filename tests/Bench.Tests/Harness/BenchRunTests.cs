using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Tests.Harness;

public sealed class BenchRunTests
{
    /// <summary>The bench runs the product as users do, and so breaks with it unseen: a case of each kind shows that it still runs, and that it counts right.</summary>
    [Fact]
    public async Task Run_QuickCasesOfTheWholeSystem_CountEverything()
    {
        Assert.True(BenchOptions.TryParse(["R1k", "R5", "R12", "--quick", "--rounds", "1"], out var options, out var problem), problem);

        Assert.Equal(ExitCode.Good, await new BenchRun(options).RunAsync(TestContext.Current.CancellationToken));
    }
}
