namespace CloudNative.ApiService.Customers;

/// <summary>
/// Texts in a table that people open in a spreadsheet, which would run what begins like a formula. An apostrophe in front says that it is a text, and is taken away again when
/// the table comes back, so that every text stays what it was. One that stands before anything else is a part of the text.
/// </summary>
internal static class SpreadsheetText
{
    private const char Guard = '\'';

    // OWASP's list; in the full width, too, which some spreadsheets take for the same.
    private const string Formulas = "=+-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20";

    public static string? ToCell(string? text) => text is not null && MayRun(text) ? Guard + text : text;

    public static string FromCell(string cell) => cell is [Guard, .. var text] && MayRun(text) ? text : cell;

    // Behind apostrophes, too: else nobody could tell the one that was put there from one of the text's own.
    private static bool MayRun(string text) => text.AsSpan().TrimStart(Guard) is [var first, ..] && Formulas.Contains(first, StringComparison.Ordinal);
}
