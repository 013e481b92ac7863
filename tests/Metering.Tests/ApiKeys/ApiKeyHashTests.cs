using CloudNative.Metering.ApiKeys;

namespace CloudNative.Metering.Tests.ApiKeys;

public sealed class ApiKeyHashTests
{
    [Fact]
    public void Of_Key_IsItsSha256() => Assert.Equal(
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
        Convert.ToHexString(ApiKeyHash.Of("abc")));

    [Theory]
    [InlineData("dev-key", "dev")]
    [InlineData("cnm_0123456789abcdefghij", "cnm_0123")]
    public void Prefix_Key_ShowsAtMostHalf(string key, string prefix) => Assert.Equal(prefix, ApiKeyHash.Prefix(key));
}
