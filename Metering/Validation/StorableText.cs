namespace CloudNative.Metering.Validation;

/// <summary>PostgreSQL's text holds every character but U+0000.</summary>
public static class StorableText
{
    private const char Nul = '\0';
    private const char Replacement = '\uFFFD';

    public static bool Is(string? text) => text?.Contains(Nul) is not true;

    /// <summary>The text with U+FFFD where it has U+0000: how it is stored.</summary>
    public static string Of(string text) => text.Replace(Nul, Replacement);

    /// <summary>Adds an error when one of the texts can't be stored: what it is to be compared with never has that character, and is not what the caller believes it to be.</summary>
    public static void Check(string field, IEnumerable<string?> texts, ICollection<FieldError> errors)
    {
        if (!texts.All(Is))
            errors.Add(Fault(field));
    }

    internal static FieldError Fault(string field) => new(field, ErrorCodes.Invalid, "Must not contain the character U+0000.");
}
