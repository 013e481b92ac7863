using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>Window sizes in a query.</summary>
internal static class WindowSizes
{
    private static readonly Dictionary<string, WindowSize> Names =
        Enum.GetValues<WindowSize>().ToDictionary(size => size.ToString().ToUpperInvariant(), StringComparer.Ordinal);

    public static IReadOnlyCollection<string> All => Names.Keys;

    /// <summary>Null when absent, and when there is no such window; then the error is added.</summary>
    public static WindowSize? Read(string? text, ICollection<FieldError> errors)
    {
        if (text is null)
            return null;
        if (Names.TryGetValue(text, out var size))
            return size;

        errors.Add(new FieldError("windowSize", ErrorCodes.Invalid, $"Must be one of {string.Join(", ", Names.Keys)}."));
        return null;
    }
}
