using System.Text.Json;
using System.Text.Json.Serialization;
using CloudNative.Metering.Audit;
using CloudNative.Metering.Database;
using CloudNative.Metering.Time;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace CloudNative.Metering.ApiKeys;

/// <summary>A new key and its secret, which nobody can find out again.</summary>
public sealed record NewApiKey(ApiKey Key, string Secret);

/// <summary>What became of a rotation.</summary>
/// <param name="Old">The key that was to be rotated; null when there is none.</param>
/// <param name="New">Its successor; null when the rotation was refused.</param>
/// <param name="MissingScope">Refused: the old key may do this, and the actor may not.</param>
/// <param name="Successor">Refused: the old key was rotated before, and this is its successor's id.</param>
public sealed record ApiKeyRotation(ApiKey? Old, NewApiKey? New = null, string? MissingScope = null, Ulid? Successor = null);

/// <summary>Makes and changes API keys. Each change and its audit entries are one transaction.</summary>
public sealed class ApiKeyDesk(MeteringDbContext database, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public async Task<NewApiKey> CreateAsync(
        Actor actor, string name, string[] scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcMicroseconds();
        var (key, secret) = ApiKey.Create(actor.TenantId, name, scopes, expiresAt, now);
        database.Add(key);
        await SaveAsync(transaction, actor, [Entry(actor, AuditAction.ApiKeyCreated, key, "{}", now)], cancellationToken);
        return new NewApiKey(key, secret);
    }

    /// <summary>The key with its new name; null when there is none.</summary>
    public Task<ApiKey?> RenameAsync(Actor actor, Ulid id, string name, CancellationToken cancellationToken) =>
        ChangeAsync(actor, id, AuditAction.ApiKeyRenamed, (key, _) => key.Name = name, cancellationToken);

    /// <summary>The key, revoked now or before; null when there is none.</summary>
    public Task<ApiKey?> RevokeAsync(Actor actor, Ulid id, CancellationToken cancellationToken) =>
        ChangeAsync(actor, id, AuditAction.ApiKeyRevoked, (key, now) => key.Revoke(now), cancellationToken);

    /// <summary>
    /// Makes a key that may do the same for as long, and ends the old one after <paramref name="overlap"/>. The actor, who may do what <paramref name="held"/>
    /// says, can't rotate a mightier key: it would get to know the new secret.
    /// </summary>
    public async Task<ApiKeyRotation> RotateAsync(
        Actor actor, Ulid id, TimeSpan overlap, IReadOnlyCollection<string> held, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var now = clock.GetUtcMicroseconds();
        if (await LockAsync(actor.TenantId, id, cancellationToken) is not { } old)
            return new ApiKeyRotation(null);
        if (Array.Find(old.Scopes, scope => !ApiScope.Allows(held, scope)) is { } missing)
            return new ApiKeyRotation(old, MissingScope: missing);
        var successor = await database.ApiKeys.Where(k => k.TenantId == actor.TenantId && k.RotatedFrom == id)
            .Select(k => (Ulid?)k.Id).SingleOrDefaultAsync(cancellationToken);
        if (successor is not null || !old.IsGood(now))
            return new ApiKeyRotation(old, Successor: successor);

        var before = Describe(old);
        var (key, secret) = ApiKey.Create(actor.TenantId, old.Name, old.Scopes, now + (old.ExpiresAt - old.CreatedAt), now, old.Id);
        database.Add(key);
        if (overlap == TimeSpan.Zero)
            old.Revoke(now);
        else
            old.EndBy(now + overlap);
        AuditEntry[] entries = [Entry(actor, AuditAction.ApiKeyRotated, old, before, now), Entry(actor, AuditAction.ApiKeyCreated, key, "{}", now)];
        await SaveAsync(transaction, actor, entries, cancellationToken);
        return new ApiKeyRotation(old, new NewApiKey(key, secret));
    }

    private async Task<ApiKey?> ChangeAsync(
        Actor actor, Ulid id, string action, Action<ApiKey, DateTimeOffset> change, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(actor.TenantId, id, cancellationToken) is not { } key)
            return null;
        var now = clock.GetUtcMicroseconds();
        var before = Describe(key);
        change(key, now);
        if (database.ChangeTracker.HasChanges())
            await SaveAsync(transaction, actor, [Entry(actor, action, key, before, now)], cancellationToken);
        return key;
    }

    private Task<ApiKey?> LockAsync(Ulid tenantId, Ulid id, CancellationToken cancellationToken) =>
        database.ApiKeys.FromSql($"select * from api_keys where tenant_id = {tenantId.ToUuid()} and id = {id.ToUuid()} for update")
            .AsAsyncEnumerable().SingleOrDefaultAsync(cancellationToken).AsTask();

    private async Task SaveAsync(IDbContextTransaction transaction, Actor actor, AuditEntry[] entries, CancellationToken cancellationToken)
    {
        await database.SaveChangesAsync(cancellationToken);
        await using var batch = new NpgsqlBatch((NpgsqlConnection)database.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        foreach (var entry in entries)
            batch.BatchCommands.Add(AuditLog.AddCommand(actor.TenantId, entry));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static AuditEntry Entry(Actor actor, string action, ApiKey key, string before, DateTimeOffset now) =>
        new(Ulid.NewUlid(now), now, actor.ApiKeyId, action, key.Id, before, Describe(key));

    /// <summary>What people may know of a key: no secret, no hash.</summary>
    private static string Describe(ApiKey key) =>
        JsonSerializer.Serialize(new { key.Name, key.Scopes, key.ExpiresAt, key.RevokedAt, RotatedFrom = key.RotatedFrom?.ToString() }, Json);
}
