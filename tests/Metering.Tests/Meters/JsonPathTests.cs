using System.Text.Json;
using CloudNative.Metering.Meters;
using CloudNative.Tests;

namespace CloudNative.Metering.Tests.Meters;

public sealed class JsonPathTests
{
    private const string Document = """{"a": {"b": [10, {"c d": "x"}], "": null}, "a'b": 1, "ü€😀": 2}""";

    [Proves("JSONPath: the $.a.b, $['a b'], $.a[0] subset of RFC 9535")]
    [Theory]
    [InlineData("$", Document)]
    [InlineData("$.a.b[0]", "10")]
    [InlineData("$.a.b[-1]['c d']", "\"x\"")]
    [InlineData("$[\"a\"]['b'] [ 1 ] [\"c d\"]", "\"x\"")]
    [InlineData("$.a['']", "null")]
    [InlineData("$['a\\'b']", "1")]
    [InlineData("$[\"a\\u0027b\"]", "1")]
    [InlineData("$.ü€😀", "2")]
    [InlineData("$['ü€\\uD83D\\uDE00']", "2")]
    public void TryEvaluate_PathLeadsToAValue_GivesIt(string path, string expected)
    {
        using var document = JsonDocument.Parse(Document);

        Assert.True(JsonPath.Parse(path).TryEvaluate(document.RootElement, out var value));

        Assert.Equal(expected, value.GetRawText());
    }

    [Theory]
    [InlineData("$.b")]
    [InlineData("$.a.b.c")]
    [InlineData("$.a[0]")]
    [InlineData("$.a.b[2]")]
    [InlineData("$.a.b[-3]")]
    [InlineData("$.a.b[9007199254740991]")]
    [InlineData("$.A")]
    public void TryEvaluate_PathLeadsNowhere_IsFalse(string path)
    {
        using var document = JsonDocument.Parse(Document);

        Assert.False(JsonPath.Parse(path).TryEvaluate(document.RootElement, out _));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 0)]
    [InlineData("$a", 1)]
    [InlineData("$.", 2)]
    [InlineData("$.a.", 4)]
    [InlineData("$..a", 2)]
    [InlineData("$.*", 2)]
    [InlineData("$[*]", 2)]
    [InlineData("$.a-b", 3)]
    [InlineData("$.a[?@.b]", 4)]
    [InlineData("$.a[0,1]", 5)]
    [InlineData("$.a[0:1]", 5)]
    [InlineData("$.a[01]", 4)]
    [InlineData("$.a[-0]", 4)]
    [InlineData("$.a[9007199254740992]", 4)]
    [InlineData("$.a[-9223372036854775808]", 4)]
    [InlineData("$['a", 4)]
    [InlineData("$['\\x']", 3)]
    [InlineData("$['\\uD83D']", 3)]
    [InlineData("$.a ", 4)]
    public void TryParse_NotInTheSubset_TellsThePosition(string path, int position)
    {
        Assert.False(JsonPath.TryParse(path, out _, out var error));

        Assert.Equal(position, error.Position);
    }

    [Fact]
    public void Parse_NotInTheSubset_ThrowsWithThePath()
    {
        var failure = Assert.Throws<FormatException>(() => JsonPath.Parse("$.a[*]"));

        Assert.Contains("'$.a[*]'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("position 4", failure.Message, StringComparison.Ordinal);
    }
}
