using CloudNative.Bench.Harness;

namespace CloudNative.Bench.Tests.Harness;

public sealed class BenchOptionsTests
{
    // bench.md's, in its order.
    private static readonly string[] Asked = ["D0", "D1", "R1k", "R2", "R3", "R4", "R5", "R6", "R6d", "R8", "R9", "R10", "R11", "R12", "F1"];

    [Fact]
    public void TryParse_Nothing_TakesEveryCaseThatIsAskedFor()
    {
        Assert.True(BenchOptions.TryParse([], out var options, out _));
        Assert.Equal(Asked.Order(), options.Cases.SelectMany(one => one.Id.Split('/')).Order());
    }

    [Fact]
    public void TryParse_Names_TakesThoseWithTheirOptions()
    {
        Assert.True(BenchOptions.TryParse(["r2", "d0", "--quick", "--rounds", "7", "--json", "out.json", "--markdown", "a", "--markdown", "b"], out var options, out _));

        Assert.Equal(["R2", "D0/D1"], options.Cases.Select(one => one.Id));
        Assert.Equal(["a", "b"], options.MarkdownFiles);
        Assert.Equal((true, 7, "out.json"), (options.IsQuick, options.Sizes.Rounds, options.JsonFile));
    }

    [Theory]
    [InlineData("R99", "R99")]
    [InlineData("--json", "--json needs a value")]
    [InlineData("--list", "R6d")]
    public void TryParse_WhatItDoesNotRun_SaysWhy(string argument, string expected)
    {
        Assert.False(BenchOptions.TryParse([argument], out _, out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }
}
