using CloudNative.Metering.Time;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Time;

public sealed class Rfc3339Tests
{
    [Proves("times | RFC 3339 in")]
    [Theory]
    [InlineData("2026-01-31T23:59:59Z", "2026-01-31T23:59:59.0000000+00:00")]
    [InlineData("2026-01-31t23:59:59z", "2026-01-31T23:59:59.0000000+00:00")]
    [InlineData("2026-02-01T00:59:59.5+01:00", "2026-01-31T23:59:59.5000000+00:00")]
    [InlineData("2026-01-31T12:00:00.999999999-12:00", "2026-02-01T00:00:00.9999990+00:00")]
    [InlineData("2024-02-29T00:00:00.123456+23:59", "2024-02-28T00:01:00.1234560+00:00")]
    [InlineData("2026-01-31T23:59:59.1Z", "2026-01-31T23:59:59.1000000+00:00")]
    public void TryParse_Rfc3339_IsUtcInMicroseconds(string text, string expected)
    {
        Assert.True(Rfc3339.TryParse(text, out var value));

        Assert.Equal(expected, value.ToString("O"));
    }

    [Proves("times | RFC 3339 in")]
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-01-31")]
    [InlineData("2026-01-31T23:59:59")]
    [InlineData("2026-01-31 23:59:59Z")]
    [InlineData("2026-02-30T23:59:59Z")]
    [InlineData("2026-01-31T24:00:00Z")]
    [InlineData("2026-01-31T23:59:59Z\n")]
    [InlineData("2026-01-31T23:59:59.Z")]
    [InlineData("2026-01-31T23:59:59+99:00")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59-01:00")]
    [InlineData("2025-02-29T23:59:59Z")]
    [InlineData("2026-13-01T23:59:59Z")]
    [InlineData("2026-01-00T23:59:59Z")]
    [InlineData("2026-01-31T23:60:59Z")]
    [InlineData("2026-01-31T23:59:60Z")]
    [InlineData("2026-01-31T23:59:59.5")]
    [InlineData("2026-01-31T23:59:59+01:60")]
    [InlineData("2026-01-31T23:59:59+0100")]
    [InlineData("2026-01-31T23:59:59+01")]
    [InlineData("2026-01-31T23:59:59 Z")]
    [InlineData("2026-01-31T23:59:59ZZ")]
    [InlineData("2026-1-31T23:59:59.00Z")]
    [InlineData("-026-01-31T23:59:59Z")]
    [InlineData("٢٠٢٦-01-31T23:59:59Z")]
    public void TryParse_AnythingElse_IsFalse(string? text) => Assert.False(Rfc3339.TryParse(text, out _));
}
