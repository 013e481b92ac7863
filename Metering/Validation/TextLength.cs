namespace CloudNative.Metering.Validation;

/// <summary>Lengths of texts in characters as JSON Schema and PostgreSQL count them: code points, of which some are two of .NET's.</summary>
public static class TextLength
{
    public static bool IsMore(string? text, int most)
    {
        if (text is null || text.Length <= most)
            return false;
        var pairs = 0;
        for (var i = 1; i < text.Length; i++)
            pairs += char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        return text.Length - pairs > most;
    }
}
