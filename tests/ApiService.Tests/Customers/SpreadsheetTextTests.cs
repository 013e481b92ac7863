using CloudNative.ApiService.Customers;

namespace CloudNative.ApiService.Tests.Customers;

public sealed class SpreadsheetTextTests
{
    [Theory]
    [InlineData("acme", "acme")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+49 221", "'+49 221")]
    [InlineData("-5", "'-5")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r\n=1", "'\r\n=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("'=1", "''=1")]
    [InlineData("''", "''")]
    [InlineData("'t Hart", "'t Hart")]
    [InlineData("a=b", "a=b")]
    [InlineData("", "")]
    public void ToCell_Text_NeverBeginsAFormulaAndComesBack(string text, string cell)
    {
        Assert.Equal(cell, SpreadsheetText.ToCell(text));
        Assert.Equal(text, SpreadsheetText.FromCell(cell));
    }

    [Fact]
    public void FromCell_FormulaThatSomebodyTyped_StaysWhatItIs() => Assert.Equal("=1+1", SpreadsheetText.FromCell("=1+1"));
}
