using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.ApiKeys;

/// <summary>What people call a key.</summary>
internal static class KeyName
{
    /// <summary>The name as it was sent; when it is none, the error is added.</summary>
    public static string Read(string? name, ICollection<FieldError> errors)
    {
        if (string.IsNullOrWhiteSpace(name))
            errors.Add(new FieldError("name", ErrorCodes.Required, "Required: say what the key is for."));
        else if (TextLength.IsMore(name, ApiKey.MaxNameLength))
            errors.Add(new FieldError("name", ErrorCodes.TooLong, $"Has at most {ApiKey.MaxNameLength} characters."));
        StorableText.Check("name", [name], errors);
        return name ?? "";
    }
}
