using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>How many items one answer of a list holds.</summary>
internal static class PageLimit
{
    public const int Default = 100;
    public const int Max = 1000;

    public static int Read(int? value, ICollection<FieldError> errors)
    {
        if (value is < 1 or > Max)
            errors.Add(new FieldError("limit", ErrorCodes.OutOfRange, $"Must be 1 to {Max}."));
        return value ?? Default;
    }
}
