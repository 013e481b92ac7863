using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>Ids in a query.</summary>
internal static class UlidParameter
{
    /// <summary>Strictly: the library takes any 26 characters, of which some mean nothing.</summary>
    public static bool TryParse(string? text, out Ulid id)
    {
        id = default;
        return text is { Length: 26 } && text[0] is >= '0' and <= '7' && text.All(c => char.IsAsciiLetterOrDigit(c) && !"ILOUilou".Contains(c, StringComparison.Ordinal)) && Ulid.TryParse(text, out id);
    }

    /// <summary>Null when absent, and when it can't be read; then the error is added.</summary>
    public static Ulid? Read(string parameter, string? text, ICollection<FieldError> errors)
    {
        if (text is null)
            return null;
        if (TryParse(text, out var id))
            return id;

        errors.Add(new FieldError(parameter, ErrorCodes.Invalid, "Must be a ULID, 26 characters."));
        return null;
    }
}
