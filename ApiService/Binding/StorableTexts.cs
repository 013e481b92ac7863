using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>Texts to compare with what is stored.</summary>
internal static class StorableTexts
{
    /// <summary>Adds an error when one holds the character that no stored text has: it is not what the caller believes it to be.</summary>
    public static void Check(string field, IEnumerable<string?> texts, ICollection<FieldError> errors)
    {
        if (texts.Any(text => text?.Contains('\0', StringComparison.Ordinal) is true))
            errors.Add(new FieldError(field, ErrorCodes.Invalid, "Must be texts without the character U+0000."));
    }
}
