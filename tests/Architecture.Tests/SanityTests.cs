namespace CloudNative.Architecture.Tests;

public sealed class SanityTests
{
    [Fact]
    public void Scaffold_Builds_Runs() => Assert.Equal(4, 2 + 2);
}
