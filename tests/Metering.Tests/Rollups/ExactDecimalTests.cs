using System.Globalization;
using CloudNative.Metering.Rollups;

namespace CloudNative.Metering.Tests.Rollups;

public sealed class ExactDecimalTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("0e400", "0")]
    [InlineData("1e3", "1000")]
    [InlineData("1.50", "1.5")]
    [InlineData("-12.000001", "-12.000001")]
    [InlineData("1E-28", "0.0000000000000000000000000001")]
    [InlineData("1234567890123456789012345678", "1234567890123456789012345678")]
    [InlineData("0.1234567890123456789012345678", "0.1234567890123456789012345678")]
    [InlineData("100000000000000000.000e-5", "1000000000000")]
    public void TryParse_WhatDecimalHolds_IsExact(string text, string expected)
    {
        Assert.True(ExactDecimal.TryParse(text, out var value));
        Assert.Equal(decimal.Parse(expected, CultureInfo.InvariantCulture), value);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("1e-29")]
    [InlineData("0.12345678901234567890123456789")]
    [InlineData("12345678901234567890123456789")]
    [InlineData("1234567890123456789.1234567891")]
    [InlineData("1e28")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("")]
    [InlineData(" 1")]
    [InlineData("1,000")]
    [InlineData("0x10")]
    [InlineData("1e99999999999")]
    public void TryParse_WhatWouldBeRounded_IsRefused(string text) => Assert.False(ExactDecimal.TryParse(text, out _));
}
