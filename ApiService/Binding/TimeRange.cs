using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>Times and half-open ranges in a query.</summary>
internal static class TimeRange
{
    /// <summary>Null when absent, and when it can't be read; then the error is added.</summary>
    public static DateTimeOffset? Read(string parameter, string? text, ICollection<FieldError> errors)
    {
        if (text is null)
            return null;
        if (Rfc3339.TryParse(text, out var time))
            return time;

        errors.Add(new FieldError(parameter, ErrorCodes.Invalid, $"Must be {Rfc3339.Expected}."));
        return null;
    }

    public static void Check(string fromParameter, DateTimeOffset? from, string toParameter, DateTimeOffset? to, ICollection<FieldError> errors)
    {
        if (from >= to)
            errors.Add(new FieldError(fromParameter, ErrorCodes.OutOfRange, $"Must be before '{toParameter}'."));
    }
}
