using CloudNative.Metering.Database;
using Microsoft.EntityFrameworkCore;

namespace CloudNative.Metering.Subjects;

/// <summary>What is to be known of a subject from now on.</summary>
/// <param name="Key">The subject.</param>
/// <param name="DisplayName">Null: none.</param>
/// <param name="SetsDisplayName">Else what is there stays.</param>
/// <param name="Metadata">A JSON object; null: none.</param>
/// <param name="SetsMetadata">Else what is there stays.</param>
public sealed record SubjectChange(string Key, string? DisplayName, bool SetsDisplayName, string? Metadata, bool SetsMetadata);

/// <summary>Creates, changes and deletes subjects. Writers of one tenant take turns, so that of two at once with the same keys neither fails.</summary>
public static class SubjectStore
{
    private static readonly string OfKeysSql = $"select * from subjects where tenant_id = {{0}} and {IndexedText.IsDigested("key", "{1}")}";

    private const string TurnSql = "select pg_advisory_xact_lock(hashtextextended({0}, 17))";

    /// <summary>Those that there are of these keys.</summary>
    public static IQueryable<Subject> Find(MeteringDbContext context, Ulid tenantId, params string[] keys) => context.Subjects.FromSqlRaw(OfKeysSql, tenantId.ToUuid(), keys);

    /// <summary>Creates those that are new and changes the others, all or none; in the order of the changes, which name no key twice.</summary>
    public static async Task<IReadOnlyList<Subject>> SaveAsync(
        MeteringDbContext context, Ulid tenantId, IReadOnlyCollection<SubjectChange> changes, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await context.Database.ExecuteSqlRawAsync(TurnSql, [tenantId.ToString()], cancellationToken);
        var keys = changes.Select(change => change.Key).ToArray();
        var present = await Find(context, tenantId, keys).ToDictionaryAsync(s => s.Key, StringComparer.Ordinal, cancellationToken);
        var saved = new List<Subject>(changes.Count);
        foreach (var change in changes)
        {
            if (!present.TryGetValue(change.Key, out var subject))
                context.Add(subject = new Subject { Id = Ulid.NewUlid(at), TenantId = tenantId, Key = change.Key, CreatedAt = at, UpdatedAt = at });
            subject.DisplayName = change.SetsDisplayName ? change.DisplayName : subject.DisplayName;
            subject.Metadata = change.SetsMetadata ? change.Metadata : subject.Metadata;
            subject.UpdatedAt = at;
            saved.Add(subject);
        }

        await context.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return saved;
    }

    /// <summary>False when it is gone already.</summary>
    public static async Task<bool> DeleteAsync(MeteringDbContext context, Subject subject, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        await context.Database.ExecuteSqlRawAsync(TurnSql, [subject.TenantId.ToString()], cancellationToken);
        var deleted = await context.Subjects.Where(s => s.Id == subject.Id).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return deleted == 1;
    }
}
