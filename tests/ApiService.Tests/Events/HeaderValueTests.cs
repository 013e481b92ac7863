using CloudNative.ApiService.Events;
using CloudNative.Tests;

namespace CloudNative.ApiService.Tests.Events;

/// <summary>CloudEvents HTTP binding 3.1.3.2.</summary>
public sealed class HeaderValueTests
{
    [Proves("percent-decoding of ce- headers included")]
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("a+b", "a+b")]
    [InlineData("Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀")]
    [InlineData("%e2%82%ac", "€")]
    [InlineData("%61%62c", "abc")]
    [InlineData("100%25", "100%")]
    [InlineData("%2520", "%20")]
    [InlineData("%22quoted%22", "\"quoted\"")]
    [InlineData("\"old style\"", "old style")]
    [InlineData("\"a \\\"b\\\" \\\\ c\"", "a \"b\" \\ c")]
    [InlineData("\"a%20b\"", "a b")]
    [InlineData("not \"all\" quoted", "not all quoted")]
    [InlineData("back\\slash", "back\\slash")]
    [InlineData("Ünï%2F", "Ünï/")]
    public void TryDecode_WellFormed_GivesTheText(string value, string expected)
    {
        Assert.True(HeaderValue.TryDecode(value, out var text, out var reason), reason);

        Assert.Equal(expected, text);
    }

    [Proves("percent-decoding of ce- headers included")]
    [Theory]
    [InlineData("50%", "two hexadecimal digits")]
    [InlineData("%2", "two hexadecimal digits")]
    [InlineData("%zz", "two hexadecimal digits")]
    [InlineData("% 1", "two hexadecimal digits")]
    [InlineData("%C0%A0", "not valid UTF-8")]
    [InlineData("%ff", "not valid UTF-8")]
    [InlineData("%ED%A0%BD", "not valid UTF-8")]
    [InlineData("%E2%82", "not valid UTF-8")]
    [InlineData("\"open", "not closed")]
    [InlineData("\"open\\\"", "not closed")]
    public void TryDecode_Malformed_SaysWhy(string value, string reason)
    {
        Assert.False(HeaderValue.TryDecode(value, out _, out var why));

        Assert.Contains(reason, why, StringComparison.Ordinal);
    }
}
