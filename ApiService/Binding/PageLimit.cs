using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>How many items one answer of a list holds.</summary>
internal static class PageLimit
{
    public const int Default = 100;
    public const int Max = 1000;

    public static int Read(string? text, ICollection<FieldError> errors) => NumberParameter.Read("limit", text, Max, Default, errors);

    /// <summary>A part of a list, of which one item more than it holds was asked for: that one tells whether there is a next part.</summary>
    /// <param name="found">At most one more than <paramref name="limit"/>.</param>
    /// <param name="limit">What the part holds.</param>
    /// <param name="describe">The item as it is answered.</param>
    /// <param name="cursorOf">Names the part that follows an item.</param>
    public static (IReadOnlyList<TItem> Items, string? NextCursor) Cut<T, TItem>(
        IReadOnlyList<T> found, int limit, Func<T, TItem> describe, Func<T, string> cursorOf) =>
        ([.. found.Take(limit).Select(describe)], found.Count > limit ? cursorOf(found[limit - 1]) : null);
}
