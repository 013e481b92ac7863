using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.DeadLetters;

/// <summary>Reads dead letters of one tenant. Those of no known tenant are nobody's: no key has their tenant id.</summary>
public sealed class DeadLetterList(NpgsqlDataSource dataSource)
{
    internal const string SummaryColumns = """id, state, reason, detail, partition, "offset", ingested_at, stored_at, octet_length(value)""";
    internal const string Columns = SummaryColumns + ", value, repaired, discard_reason";

    private const string ListSql = $"""
        select {SummaryColumns}
        from dead_letters
        where tenant_id = @tenant and (@from is null or ingested_at >= @from) and (@to is null or ingested_at < @to)
          and (@reason is null or reason = @reason) and (@state is null or state = @state) and (@after is null or id < @after)
        order by id desc
        limit @limit
        """;

    private const string FindSql = $"select {Columns} from dead_letters where tenant_id = @tenant and id = any (@ids) order by id";

    private const string ByEventSql = $"""
        select {SummaryColumns}
        from dead_letters
        where tenant_id = @tenant and (event_key = @key or repaired_key = @key)
        order by id desc
        limit 100
        """;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<DeadLetterSummary>> ListAsync(Ulid tenantId, DeadLetterFilter filter, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ListSql);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("limit", filter.Limit);
        command.Parameters.Add(SqlOptional.Of("from", NpgsqlDbType.TimestampTz, filter.From));
        command.Parameters.Add(SqlOptional.Of("to", NpgsqlDbType.TimestampTz, filter.To));
        command.Parameters.Add(SqlOptional.Of("reason", NpgsqlDbType.Text, filter.Reason));
        command.Parameters.Add(SqlOptional.Of("state", NpgsqlDbType.Text, filter.State));
        command.Parameters.Add(SqlOptional.Of("after", NpgsqlDbType.Uuid, filter.After?.ToUuid()));
        return await ReadAsync(command, Summary, cancellationToken);
    }

    /// <summary>Those of the ids that are the tenant's, oldest first.</summary>
    public async Task<IReadOnlyList<StoredDeadLetter>> FindAsync(Ulid tenantId, IReadOnlyCollection<Ulid> ids, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(FindSql);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("ids", ids.Select(id => id.ToUuid()).ToArray());
        return await ReadAsync(command, Letter, cancellationToken);
    }

    /// <summary>The letters that show an event's (source, id), in their bytes or in their repaired form; newest first, at most 100.</summary>
    public async Task<IReadOnlyList<DeadLetterSummary>> OfEventAsync(Ulid tenantId, Guid key, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(ByEventSql);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("key", key);
        return await ReadAsync(command, Summary, cancellationToken);
    }

    internal static StoredDeadLetter Letter(NpgsqlDataReader reader) => new(
        Summary(reader),
        reader.GetFieldValue<byte[]>(9),
        reader.IsDBNull(10) ? null : (ReadOnlyMemory<byte>?)reader.GetFieldValue<byte[]>(10),
        reader.IsDBNull(11) ? null : reader.GetString(11));

    private static DeadLetterSummary Summary(NpgsqlDataReader reader) => new(
        reader.GetGuid(0).ToUlid(), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4), reader.GetInt64(5),
        reader.GetFieldValue<DateTimeOffset>(6), reader.GetFieldValue<DateTimeOffset>(7), reader.GetInt32(8));

    private static async Task<IReadOnlyList<T>> ReadAsync<T>(NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }
}
