using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>Ids in a query.</summary>
internal static class UlidParameter
{
    /// <summary>Null when absent, and when it can't be read; then the error is added.</summary>
    public static Ulid? Read(string parameter, string? text, ICollection<FieldError> errors)
    {
        if (text is null)
            return null;
        if (Ulid.TryParse(text, out var id))
            return id;

        errors.Add(new FieldError(parameter, ErrorCodes.Invalid, "Must be a ULID, 26 characters."));
        return null;
    }
}
