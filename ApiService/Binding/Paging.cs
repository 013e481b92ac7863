using System.Linq.Expressions;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>A part of a list.</summary>
/// <param name="Number">From 1 on.</param>
/// <param name="Size">Items a page.</param>
internal readonly record struct NumberedPage(int Number, int Size);

/// <summary>Numbered pages of a list, and its order.</summary>
internal static class Paging
{
    public const int DefaultSize = 100;
    public const int MaxSize = 1000;
    public const string Ascending = "ASC";
    public const string IncludeDeleted = "includeDeleted";

    private const string Descending = "DESC";
    public const int MaxPage = int.MaxValue / MaxSize;

    public static IReadOnlyList<string> Orders { get; } = [Ascending, Descending];

    /// <summary>Adds what is wrong with the parameters of these names to the errors.</summary>
    public static NumberedPage Read(string? page, string? pageSize, string? order, string? orderBy, string[] orderKeys, ICollection<FieldError> errors)
    {
        var read = new NumberedPage(
            NumberParameter.Read("page", page, MaxPage, 1, errors), NumberParameter.Read("pageSize", pageSize, MaxSize, DefaultSize, errors));
        if (order is not null && !Orders.Contains(order))
            errors.Add(new FieldError("order", ErrorCodes.Invalid, $"Must be one of {string.Join(", ", Orders)}."));
        if (orderBy is not null && !orderKeys.Contains(orderBy))
            errors.Add(new FieldError("orderBy", ErrorCodes.Invalid, $"Must be one of {string.Join(", ", orderKeys)}."));
        return read;
    }

    /// <summary>Whether deleted ones are listed, too; false when it is absent, and when it can't be read: then the error is added.</summary>
    public static bool ReadIncludeDeleted(string? text, ICollection<FieldError> errors)
    {
        if (text is not null && !bool.TryParse(text, out _))
            errors.Add(new FieldError(IncludeDeleted, ErrorCodes.Invalid, "Must be true or false."));
        return bool.TryParse(text, out var value) && value;
    }

    public static IOrderedQueryable<T> Ordered<T, TKey>(this IQueryable<T> items, Expression<Func<T, TKey>> key, string? order) =>
        order == Descending ? items.OrderByDescending(key) : items.OrderBy(key);

    public static IQueryable<T> Page<T>(this IQueryable<T> items, NumberedPage page) => items.Skip((page.Number - 1) * page.Size).Take(page.Size);
}
