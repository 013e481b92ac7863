using CloudNative.Metering.Database;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.Metering.Customers;

/// <summary>A key or subject key that another customer has.</summary>
/// <param name="Name">The key or subject key.</param>
/// <param name="OwnerId">Whose it is.</param>
public sealed record OwnedName(string Name, Ulid OwnerId);

/// <summary>Saves customers; no subject ever belongs to two.</summary>
public static class CustomerOwnership
{
    private const int MaxAttempts = 5;

    private static readonly string OfNamesSql = $"select * from customer_subjects where tenant_id = {{0}} and {IndexedText.IsDigested("subject", "{1}")}";

    /// <summary>Saves what was added and changed, all of one tenant. Where others have some of the names, nothing is saved, and those are the answer.</summary>
    /// <exception cref="DbUpdateConcurrencyException">One of them was changed or deleted since it was read.</exception>
    public static async Task<IReadOnlyList<OwnedName>> SaveAsync(
        MeteringDbContext context, IReadOnlyCollection<Customer> customers, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Looked up first only because EF logs the refusal as an error; the unique index of customer_subjects alone decides between two at once.
            if (await OwnedByOthersAsync(context, customers, cancellationToken) is { Count: > 0 } owned)
                return owned;
            try
            {
                await context.SaveChangesAsync(cancellationToken);
                return [];
            }
            catch (DbUpdateException taken) when (attempt < MaxAttempts && IsTaken(taken))
            {
                // By one that is found now, or is gone again already.
            }
        }
    }

    private static async Task<IReadOnlyList<OwnedName>> OwnedByOthersAsync(
        MeteringDbContext context, IReadOnlyCollection<Customer> customers, CancellationToken cancellationToken)
    {
        if (customers.Count == 0)
            return [];
        var tenantId = customers.First().TenantId;
        var (names, own) = (customers.SelectMany(customer => customer.Subjects).ToArray(), customers.Select(customer => customer.Id).ToArray());
        var owned = await context.CustomerSubjects.FromSqlRaw(OfNamesSql, tenantId.ToUuid(), names).AsNoTracking()
            .Where(s => !own.Contains(s.CustomerId))
            .OrderBy(s => s.Subject).Select(s => new OwnedName(s.Subject, s.CustomerId)).ToListAsync(cancellationToken);

        // A key that is another's id would never be found: the id wins.
        var ids = customers.Select(customer => Ulid.TryParse(customer.Key, out var id) ? id : (Ulid?)null).OfType<Ulid>().ToArray();
        var others = ids.Length == 0 ? [] : await context.Customers
            .Where(c => c.TenantId == tenantId && ids.Contains(c.Id) && !own.Contains(c.Id)).Select(c => c.Id).ToListAsync(cancellationToken);
        return [.. owned, .. others.Select(id => new OwnedName(id.ToString(), id))];
    }

    private static bool IsTaken(DbUpdateException failure) => failure.InnerException is PostgresException
    {
        SqlState: PostgresErrorCodes.UniqueViolation,
        ConstraintName: MeteringDbContext.CustomerSubjectKey,
    };
}
