using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Portal;

/// <summary>The subject of a token.</summary>
internal static class PortalSubject
{
    public static void Check(string? subject, ICollection<FieldError> errors)
    {
        if (string.IsNullOrEmpty(subject))
            errors.Add(new FieldError("subject", ErrorCodes.Required, "Required: whose usage it is about."));
        else
            StorableText.Check("subject", [subject], errors);
    }
}
