using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Audit;
using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Portal;

/// <summary>
/// The portal tokens of all tenants. What it is asked it reads from PostgreSQL each time: a query of a meter does so, too, and an invalidated token ends at once,
/// everywhere.
/// </summary>
public sealed class PortalTokenStore(NpgsqlDataSource dataSource)
{
    /// <summary>Ended tokens are listed for so long.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    private const string Columns = "id, tenant_id, subject, allowed_meter_slugs, created_at, expires_at, invalidated_at";

    // With each new token some old ones go, so that nobody else has to see to it.
    private const string ForgetSql = """
        delete from portal_tokens where id in (
            select id from portal_tokens where expires_at < @now - @retention order by expires_at limit 100 for update skip locked)
        """;

    private const string AddSql = """
        insert into portal_tokens (id, tenant_id, hash, subject, allowed_meter_slugs, created_by, created_at, expires_at)
        values (@id, @tenant, @hash, @subject, @slugs, @key, @now, @expires)
        """;

    private const string UnknownSql = """
        select slug from unnest(@slugs) slug
        where not exists (select from meters where tenant_id = @tenant and meters.slug = slug.slug and deleted_at is null)
        """;

    private static readonly string OfSubject = $"(@subject is null or {IndexedText.IsEqual("subject", "@subject")})";

    private static readonly string ListSql = $"""
        select {Columns} from portal_tokens where tenant_id = @tenant and {OfSubject} and (@after is null or id < @after) order by id desc limit @limit
        """;

    private const string FindSql = $"select {Columns} from portal_tokens where hash = @hash";

    private static readonly string InvalidateSql = $"""
        update portal_tokens set invalidated_at = coalesce(invalidated_at, @now)
        where tenant_id = @tenant and (@id is null or id = @id) and {OfSubject}
        """;

    /// <summary>Those of the slugs that no meter of the tenant has.</summary>
    public async Task<IReadOnlyList<string>> FindUnknownAsync(Ulid tenantId, IReadOnlyList<string> slugs, CancellationToken cancellationToken)
    {
        await using var command = Command(UnknownSql, tenantId);
        command.Parameters.Add(SqlArray.Of("slugs", NpgsqlDbType.Text, slugs, slug => slug));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var unknown = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            unknown.Add(reader.GetString(0));
        return unknown;
    }

    /// <summary>Keeps a new token by its secret's hash.</summary>
    public async Task AddAsync(PortalToken token, string secret, Actor creator, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(ForgetSql) { Parameters = { new("now", token.CreatedAt), new("retention", Retention) } },
                new(AddSql)
                {
                    Parameters =
                    {
                        new("id", token.Id.ToUuid()), new("tenant", token.TenantId.ToUuid()), new("hash", ApiKeyHash.Of(secret)),
                        new("subject", token.Subject), SqlOptional.Of("slugs", NpgsqlDbType.Array | NpgsqlDbType.Text, token.AllowedMeterSlugs?.ToArray()),
                        new("key", creator.ApiKeyId.ToUuid()), new("now", token.CreatedAt), new("expires", token.ExpiresAt),
                    },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The newest first, of those that are older than <paramref name="after"/>. Ended ones are among them, until they are forgotten.</summary>
    public async Task<IReadOnlyList<PortalToken>> ListAsync(Ulid tenantId, string? subject, Ulid? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = Command(ListSql, tenantId);
        command.Parameters.Add(SqlOptional.Of("subject", NpgsqlDbType.Text, subject));
        command.Parameters.Add(SqlOptional.Of("after", NpgsqlDbType.Uuid, after?.ToUuid()));
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var tokens = new List<PortalToken>();
        while (await reader.ReadAsync(cancellationToken))
            tokens.Add(Read(reader));
        return tokens;
    }

    /// <summary>The token with that secret, good or not; null when there is none.</summary>
    public async Task<PortalToken?> FindAsync(string secret, CancellationToken cancellationToken)
    {
        if (!secret.StartsWith(PortalToken.Mark, StringComparison.Ordinal) || secret.Length > ApiKeyHash.MaxKeyLength)
            return null;
        await using var command = dataSource.CreateCommand(FindSql);
        command.Parameters.AddWithValue("hash", ApiKeyHash.Of(secret));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>Invalidates the token with that id; false when the tenant has none.</summary>
    public async Task<bool> InvalidateAsync(Ulid tenantId, Ulid id, DateTimeOffset now, CancellationToken cancellationToken) =>
        await InvalidateAsync(tenantId, id, null, now, cancellationToken) > 0;

    /// <summary>Invalidates every token of the subject.</summary>
    public Task InvalidateAsync(Ulid tenantId, string subject, DateTimeOffset now, CancellationToken cancellationToken) =>
        InvalidateAsync(tenantId, null, subject, now, cancellationToken);

    private async Task<int> InvalidateAsync(Ulid tenantId, Ulid? id, string? subject, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = Command(InvalidateSql, tenantId);
        command.Parameters.AddWithValue("now", now);
        command.Parameters.Add(SqlOptional.Of("id", NpgsqlDbType.Uuid, id?.ToUuid()));
        command.Parameters.Add(SqlOptional.Of("subject", NpgsqlDbType.Text, subject));
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand Command(string sql, Ulid tenantId)
    {
        var command = dataSource.CreateCommand(sql);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        return command;
    }

    private static PortalToken Read(NpgsqlDataReader reader) => new(
        reader.GetGuid(0).ToUlid(),
        reader.GetGuid(1).ToUlid(),
        reader.GetString(2),
        reader.IsDBNull(3) ? null : reader.GetFieldValue<string[]>(3),
        reader.GetFieldValue<DateTimeOffset>(4),
        reader.GetFieldValue<DateTimeOffset>(5),
        reader.IsDBNull(6) ? null : reader.GetFieldValue<DateTimeOffset>(6));
}
