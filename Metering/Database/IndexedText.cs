namespace CloudNative.Metering.Database;

/// <summary>
/// Compares texts of any length by an index. PostgreSQL refuses an index entry of more than 2.7 KB, and with it the row, so the index holds the first
/// characters, at most 2 KB, or, where a text must be unique, its SHA-256. The whole text is compared with what it finds.
/// </summary>
internal static class IndexedText
{
    /// <summary>Code points; as the indexes have it.</summary>
    private const int PrefixLength = 512;

    public static string IsEqual(string column, string parameter) => $"{Prefix(column)} = {Prefix(parameter)} and {column} = {parameter}";

    /// <param name="column">The column.</param>
    /// <param name="parameter">An array of texts.</param>
    /// <param name="prefixes">An array of what <see cref="PrefixOf"/> makes of them: the planner counts the elements of a parameter, but not those of a subquery.</param>
    public static string IsAny(string column, string parameter, string prefixes) => $"{Prefix(column)} = any ({prefixes}) and {column} = any ({parameter})";

    /// <summary>By an index of <c>text_digest</c>.</summary>
    /// <param name="column">The column.</param>
    /// <param name="parameter">An array of texts.</param>
    public static string IsDigested(string column, string parameter) =>
        $"text_digest({column}) = any (array(select text_digest(t) from unnest({parameter}) as t)) and {column} = any ({parameter})";

    public static string PrefixOf(string text)
    {
        if (text.Length <= PrefixLength)
            return text;

        var end = 0;
        for (var i = 0; i < PrefixLength && end < text.Length; i++)
            end += char.IsSurrogatePair(text, end) ? 2 : 1;
        return text[..end];
    }

    private static string Prefix(string text) => $"left({text}, {PrefixLength})";
}
