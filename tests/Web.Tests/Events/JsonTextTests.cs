using CloudNative.Web.Events;

namespace CloudNative.Web.Tests.Events;

public sealed class JsonTextTests
{
    [Theory]
    [InlineData("""{"a": "b: \"c\"", "d": [1.50, -2e9, true, null]}""")]
    [InlineData("""{}""")]
    [InlineData("""{"<b>": "日本 & é"}""")]
    public void Parts_Joined_AreTheText(string json) => Assert.Equal(json, string.Concat(JsonText.Parts(json).Select(part => part.Text)));

    [Fact]
    public void Parts_OfEachKind_AreToldApart()
    {
        var parts = JsonText.Parts("""{"n": "v: \"x\"", "m": -1.50, "l": [true, null]}""").Where(part => part.Kind.Length > 0);

        Assert.Equal(
            [("name", "\"n\""), ("text", "\"v: \\\"x\\\"\""), ("name", "\"m\""), ("value", "-1.50"), ("name", "\"l\""), ("value", "true"), ("value", "null")],
            parts);
    }
}
