using System.Globalization;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>Whole numbers from 1 on in a query. Read here: what the framework can't read hides everything else that is wrong.</summary>
internal static class NumberParameter
{
    /// <summary>The default when absent, and when it can't be taken; then the error is added.</summary>
    public static int Read(string parameter, string? text, int most, int otherwise, ICollection<FieldError> errors)
    {
        if (text is null)
            return otherwise;
        if (!int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number))
            errors.Add(new FieldError(parameter, ErrorCodes.Invalid, $"Must be a whole number, 1 to {most}."));
        else if (number < 1 || number > most)
            errors.Add(new FieldError(parameter, ErrorCodes.OutOfRange, $"Must be 1 to {most}."));
        else
            return number;
        return otherwise;
    }
}
