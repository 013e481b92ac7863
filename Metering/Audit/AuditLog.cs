using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Audit;

/// <summary>What was done, by whom and when. Entries are only added, in the transaction of what they tell; PostgreSQL refuses any change of them.</summary>
public sealed class AuditLog(NpgsqlDataSource dataSource)
{
    private const string AddSql = """
        insert into audit (id, tenant_id, at, api_key_id, action, target_id, before, after)
        values (@id, @tenant, @at, @key, @action, @target, @before, @after)
        """;

    private const string ListSql = """
        select id, at, api_key_id, action, target_id, before::text, after::text
        from audit
        where tenant_id = @tenant and (@from is null or at >= @from) and (@to is null or at < @to)
          and (@target is null or target_id = @target) and (@after is null or id < @after)
        order by id desc
        limit @limit
        """;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ListAsync(Ulid tenantId, AuditFilter filter, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ListSql);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("limit", filter.Limit);
        command.Parameters.Add(SqlOptional.Of("from", NpgsqlDbType.TimestampTz, filter.From));
        command.Parameters.Add(SqlOptional.Of("to", NpgsqlDbType.TimestampTz, filter.To));
        command.Parameters.Add(SqlOptional.Of("target", NpgsqlDbType.Uuid, filter.TargetId?.ToUuid()));
        command.Parameters.Add(SqlOptional.Of("after", NpgsqlDbType.Uuid, filter.After?.ToUuid()));
        var entries = new List<AuditEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new AuditEntry(
                reader.GetGuid(0).ToUlid(), reader.GetFieldValue<DateTimeOffset>(1), reader.GetGuid(2).ToUlid(), reader.GetString(3),
                reader.GetGuid(4).ToUlid(), reader.GetString(5), reader.GetString(6)));
        }

        return entries;
    }

    internal static NpgsqlBatchCommand AddCommand(Ulid tenantId, AuditEntry entry) => new(AddSql)
    {
        Parameters =
        {
            new NpgsqlParameter("id", entry.Id.ToUuid()),
            new NpgsqlParameter("tenant", tenantId.ToUuid()),
            new NpgsqlParameter("at", entry.At),
            new NpgsqlParameter("key", entry.ApiKeyId.ToUuid()),
            new NpgsqlParameter("action", entry.Action),
            new NpgsqlParameter("target", entry.TargetId.ToUuid()),
            new NpgsqlParameter("before", NpgsqlDbType.Json) { Value = entry.Before },
            new NpgsqlParameter("after", NpgsqlDbType.Json) { Value = entry.After },
        },
    };
}
