using CloudNative.ApiService.Binding;
using CloudNative.Metering.Database;
using CloudNative.Metering.Validation;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.ApiService.Customers;

/// <summary>Ids of customers in a question: one that is misspelt, or of a customer that is deleted, must not silently change a number.</summary>
internal static class CustomerIds
{
    public const int Max = 100;

    /// <summary>What is wrong is added to the errors.</summary>
    public static IReadOnlyList<Ulid> Read(string parameter, IReadOnlyList<string?>? texts, ICollection<FieldError> errors)
    {
        if (texts?.Count > Max)
            errors.Add(new FieldError(parameter, ErrorCodes.TooMany, $"At most {Max} customers."));
        var ids = new List<Ulid>();
        foreach (var text in texts ?? [])
        {
            if (UlidParameter.TryParse(text, out var id))
                ids.Add(id);
            else
                errors.Add(new FieldError(parameter, ErrorCodes.Invalid, $"'{text}' is no customer's id: a ULID, 26 characters."));
        }

        return ids;
    }

    /// <summary>Adds an error for each that names no customer of the tenant.</summary>
    public static async Task CheckAsync(
        string parameter, IReadOnlyList<Ulid> ids, Ulid tenantId, MeteringDbContext database, ICollection<FieldError> errors, CancellationToken cancellationToken)
    {
        if (ids.Count is 0 or > Max)
            return;
        var known = await database.Customers.Where(c => c.TenantId == tenantId && ids.Contains(c.Id)).Select(c => c.Id).ToListAsync(cancellationToken);
        foreach (var id in ids.Except(known))
            errors.Add(new FieldError(parameter, ErrorCodes.Unknown, $"There is no customer '{id}'."));
    }
}
