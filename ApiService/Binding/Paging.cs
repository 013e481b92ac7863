using System.Linq.Expressions;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>Numbered pages of a list, and its order.</summary>
internal static class Paging
{
    public const int DefaultSize = 100;
    public const int MaxSize = 1000;
    public const string Ascending = "ASC";

    private const string Descending = "DESC";
    public const int MaxPage = int.MaxValue / MaxSize;

    public static IReadOnlyList<string> Orders { get; } = [Ascending, Descending];

    /// <summary>Adds what is wrong with the parameters of these names to the errors.</summary>
    public static void Check(int? page, int? pageSize, string? order, string? orderBy, string[] orderKeys, ICollection<FieldError> errors)
    {
        if (page is < 1 or > MaxPage)
            errors.Add(new FieldError("page", ErrorCodes.OutOfRange, $"Must be 1 to {MaxPage}."));
        if (pageSize is < 1 or > MaxSize)
            errors.Add(new FieldError("pageSize", ErrorCodes.OutOfRange, $"Must be 1 to {MaxSize}."));
        if (order is not null && !Orders.Contains(order))
            errors.Add(new FieldError("order", ErrorCodes.Invalid, $"Must be one of {string.Join(", ", Orders)}."));
        if (orderBy is not null && !orderKeys.Contains(orderBy))
            errors.Add(new FieldError("orderBy", ErrorCodes.Invalid, $"Must be one of {string.Join(", ", orderKeys)}."));
    }

    public static IOrderedQueryable<T> Ordered<T, TKey>(this IQueryable<T> items, Expression<Func<T, TKey>> key, string? order) =>
        order == Descending ? items.OrderByDescending(key) : items.OrderBy(key);

    public static IQueryable<T> Page<T>(this IQueryable<T> items, int? page, int? pageSize) =>
        items.Skip(((page ?? 1) - 1) * (pageSize ?? DefaultSize)).Take(pageSize ?? DefaultSize);
}
