namespace CloudNative.Metering.Database;

/// <summary>PostgreSQL's text holds every character but U+0000.</summary>
internal static class SqlText
{
    private const char Nul = '\0';
    private const char Replacement = '\uFFFD';

    /// <summary>The text with U+FFFD where it has U+0000: how it is stored.</summary>
    public static string Storable(string text) => text.Replace(Nul, Replacement);
}
