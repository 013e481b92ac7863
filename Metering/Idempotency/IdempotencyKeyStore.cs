using System.Text.Json;
using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Idempotency;

/// <summary>What a request was answered with.</summary>
public sealed record StoredAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>What is known of a key when a request comes with it; exactly one of them.</summary>
/// <param name="Claim">The request is to be carried out, under this claim.</param>
/// <param name="Answer">It was carried out, and answered so.</param>
/// <param name="IsOther">The key belongs to another request.</param>
public sealed record KeyStanding(Guid? Claim = null, StoredAnswer? Answer = null, bool IsOther = false);

/// <summary>Remembers requests by the key that their client gave them, each tenant for itself, so that one that is sent again is not carried out again.</summary>
public sealed class IdempotencyKeyStore(NpgsqlDataSource dataSource)
{
    /// <summary>For so long an answer is kept.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromHours(24);

    /// <summary>After so long a request whose process was killed may be tried again.</summary>
    public static readonly TimeSpan ClaimDuration = TimeSpan.FromMinutes(1);

    // With each new key some old ones go, so that nobody else has to see to it.
    private const string ForgetSql = """
        delete from idempotency_keys where (tenant_id, key) in (
            select tenant_id, key from idempotency_keys where created_at < now() - @retention order by created_at limit 100 for update skip locked)
        """;

    private const string ClaimSql = """
        insert into idempotency_keys as k (tenant_id, key, fingerprint, claim, claimed_until)
        values (@tenant, @key, @fingerprint, @claim, now() + @duration)
        on conflict (tenant_id, key) do update set claim = excluded.claim, claimed_until = excluded.claimed_until
        where k.status is null and k.claimed_until < now() and k.fingerprint = excluded.fingerprint
        returning claim
        """;

    private const string ReadSql = "select fingerprint = @fingerprint, status, headers, body from idempotency_keys where tenant_id = @tenant and key = @key";

    private const string CompleteSql = """
        update idempotency_keys set status = @status, headers = @headers, body = @body where tenant_id = @tenant and key = @key and claim = @claim
        """;

    private const string ReleaseSql = "delete from idempotency_keys where tenant_id = @tenant and key = @key and claim = @claim";

    /// <summary>Claims a key that is new; of one that is not, tells where it stands: with neither claim nor answer, the same request is being carried out.</summary>
    public async Task<KeyStanding> ClaimAsync(Ulid tenantId, string key, byte[] fingerprint, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(ForgetSql) { Parameters = { new("retention", Retention) } },
                Command(ClaimSql, tenantId, key, new("fingerprint", fingerprint), new("claim", Guid.NewGuid()), new("duration", ClaimDuration)),
                Command(ReadSql, tenantId, key, new NpgsqlParameter("fingerprint", fingerprint)),
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (await reader.ReadAsync(cancellationToken))
            return new KeyStanding(Claim: reader.GetGuid(0));
        await reader.NextResultAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return new KeyStanding();
        if (!reader.GetBoolean(0))
            return new KeyStanding(IsOther: true);
        return reader.IsDBNull(1) ? new KeyStanding() : new KeyStanding(Answer: new StoredAnswer(
            reader.GetInt32(1), JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(2))!, reader.GetFieldValue<byte[]>(3)));
    }

    /// <summary>Keeps the answer; does nothing when the claim has passed to another.</summary>
    public Task CompleteAsync(Ulid tenantId, string key, Guid claim, StoredAnswer answer, CancellationToken cancellationToken) => ExecuteAsync(
        CompleteSql, tenantId, key, cancellationToken,
        new("claim", claim), new("status", answer.Status),
        new("headers", NpgsqlDbType.Jsonb) { Value = JsonSerializer.Serialize(answer.Headers) }, new("body", answer.Body));

    /// <summary>Nothing was done under the claim: the key is new again.</summary>
    public Task ReleaseAsync(Ulid tenantId, string key, Guid claim, CancellationToken cancellationToken) =>
        ExecuteAsync(ReleaseSql, tenantId, key, cancellationToken, new NpgsqlParameter("claim", claim));

    private async Task ExecuteAsync(string sql, Ulid tenantId, string key, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(sql, tenantId, key, parameters) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Command(string sql, Ulid tenantId, string key, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new("tenant", tenantId.ToUuid()), new("key", key) } };
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }
}
