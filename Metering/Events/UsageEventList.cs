using System.Data;
using CloudNative.Metering.Customers;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Events;

/// <summary>Which events are asked for; null means any.</summary>
public sealed record UsageEventFilter
{
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public DateTimeOffset? IngestedAtFrom { get; init; }

    public DateTimeOffset? IngestedAtTo { get; init; }

    public string? Id { get; init; }

    public string? Source { get; init; }

    public string? Subject { get; init; }

    public string? Type { get; init; }

    /// <summary>Only events of subjects that belong to one of these customers at the moment; empty: all.</summary>
    public IReadOnlyList<Ulid> Customers { get; init; } = [];

    /// <summary>Only events that this meter counted.</summary>
    public Meter? Meter { get; init; }

    /// <summary>Only events that the meter counted with one of these values of each dimension; one that an event does not have is <c>""</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Dimensions { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Only events whose attributes meet all of these.</summary>
    public IReadOnlyList<AttributeCondition> Conditions { get; init; } = [];

    /// <summary>Only events behind this place of the list; null: from its start.</summary>
    public EventCursor? After { get; init; }

    public int Limit { get; init; } = 100;
}

/// <summary>The attributes of an event that conditions can be set on.</summary>
public enum EventField
{
    Id,
    Source,
    Subject,
    Type,
}

/// <summary>A condition on one attribute.</summary>
public sealed record AttributeCondition(EventField Attribute, TextFilter Filter)
{
    // Each attribute has a column of its name.
    internal string ToSql(NpgsqlParameterCollection parameters) => Filter.ToSql($"{Attribute.ToString().ToLowerInvariant()} collate \"C\"", parameters);
}

/// <summary>One stored event and what became of it.</summary>
/// <param name="Event">The event's bytes as they were received.</param>
/// <param name="Subject">Its subject.</param>
/// <param name="Time">Its time, or the time of ingest where it has none.</param>
/// <param name="IngestedAt">When the API accepted it.</param>
/// <param name="StoredAt">When it was counted.</param>
/// <param name="Partition">The log's partition in which it was received.</param>
/// <param name="Offset">Its place there.</param>
/// <param name="Meters">What each meter of its type made of it, by slug.</param>
/// <param name="Cursor">Its place in the list.</param>
public sealed record StoredEvent(
    ReadOnlyMemory<byte> Event, string Subject, DateTimeOffset Time, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, int Partition, long Offset,
    IReadOnlyList<MeterVerdict> Meters, EventCursor Cursor)
{
    /// <summary>The customer that the subject belonged to when the list was read; null when to none.</summary>
    public Ulid? CustomerId { get; init; }
}

/// <summary>Finds stored events, and explains each.</summary>
public sealed class UsageEventList(NpgsqlDataSource dataSource, MeteringDbContext context)
{
    // What a meter counted is decided here and not in SQL, so a cursor gives as many events as it takes to fill the list. How many those are is not
    // known to the planner, which would rather sort a tenth of all events: it is told that the first ones matter.
    internal const string FirstRowsSql = "select set_config('cursor_tuple_fraction', '0', true)";

    private const string ListSql = $"""
        declare events no scroll cursor for
        select {StoredRow.Columns}
        from usage_events
        where tenant_id = @tenant
          and (@from is null or time >= @from) and (@to is null or time < @to)
          and (@ingested_from is null or ingested_at >= @ingested_from) and (@ingested_to is null or ingested_at < @ingested_to)
          and (@id is null or id = @id) and (@source is null or source = @source)
          and (@subject is null or subject = @subject) and (@type is null or type = @type) and (@meter_type is null or type = @meter_type)
          and (@after_time is null or (time <= @after_time
              and (time < @after_time or stored_at < @after_stored or (stored_at = @after_stored and key > @after_key))))
        """;

    private const string OrderSql = " order by time desc, stored_at desc, key limit @limit";

    private const string FindSql = $"select {StoredRow.Columns} from usage_events where key = @key";

    private const int MinPage = 100;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<StoredEvent>> ListAsync(Ulid tenantId, UsageEventFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var meters = await MetersAsync(connection, tenantId, cancellationToken);
        await DeclareAsync(connection, tenantId, filter, cancellationToken);

        var events = new List<StoredEvent>();
        await using var fetch = new NpgsqlCommand($"fetch {Math.Max(MinPage, filter.Limit)} from events", connection);
        for (var rows = -1; rows != 0 && events.Count < filter.Limit;)
        {
            rows = 0;
            await using var reader = await fetch.ExecuteReaderAsync(cancellationToken);
            for (; await reader.ReadAsync(cancellationToken); rows++)
            {
                var row = StoredRow.Read(reader);
                if (events.Count < filter.Limit && Describe(row, meters.Judge(row)) is var stored && IsWanted(stored, filter))
                    events.Add(stored);
            }
        }

        var owners = await SubjectOwners.FindAsync(connection, tenantId, events.Select(stored => stored.Subject), cancellationToken);
        return [.. events.Select(stored => owners.TryGetValue(stored.Subject, out var owner) ? stored with { CustomerId = owner } : stored)];
    }

    /// <summary>The event that (source, id) names; null when it is not stored, or not any more.</summary>
    public async Task<StoredEvent?> FindAsync(Ulid tenantId, string source, string id, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var meters = await MetersAsync(connection, tenantId, cancellationToken);
        await using var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.AddWithValue("key", UsageEventKey.Of(tenantId, source, id));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;
        var row = StoredRow.Read(reader);
        return Describe(row, meters.Judge(row));
    }

    private static async Task DeclareAsync(NpgsqlConnection connection, Ulid tenantId, UsageEventFilter filter, CancellationToken cancellationToken)
    {
        var declare = new NpgsqlBatchCommand();
        AddParameters(declare.Parameters, tenantId, filter);
        var conditions = filter.Conditions.Select(condition => condition.ToSql(declare.Parameters)).ToList();
        if (filter.Customers.Count > 0)
            conditions.Add(SubjectOwners.AreCustomers(filter.Customers, declare.Parameters));
        declare.CommandText = string.Concat([ListSql, .. conditions.Select(condition => $" and {condition}"), OrderSql]);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(FirstRowsSql), declare } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<EventMeters> MetersAsync(NpgsqlConnection connection, Ulid tenantId, CancellationToken cancellationToken)
    {
        var meters = await context.Meters.AsNoTracking().Where(meter => meter.TenantId == tenantId).OrderBy(meter => meter.Slug).ToListAsync(cancellationToken);
        return await EventMeters.LoadAsync(connection, meters, cancellationToken);
    }

    private static StoredEvent Describe(StoredRow row, IReadOnlyList<MeterVerdict> meters) =>
        new(row.Event, row.Subject, row.Time, row.IngestedAt, row.StoredAt, row.Place.Partition, row.Place.Offset, meters,
            new EventCursor(row.Time, row.StoredAt, row.Place.Position.Key));

    private static bool IsWanted(StoredEvent stored, UsageEventFilter filter)
    {
        if (filter.Meter is not { } meter)
            return true;
        if (stored.Meters.FirstOrDefault(verdict => verdict.Meter.Id == meter.Id)?.Contribution is not { } contribution)
            return false;
        return meter.GroupBy.Keys.Zip(contribution.Dimensions).All(dimension =>
            !filter.Dimensions.TryGetValue(dimension.First, out var wanted) || wanted.Contains(dimension.Second));
    }

    private static void AddParameters(NpgsqlParameterCollection parameters, Ulid tenantId, UsageEventFilter filter)
    {
        parameters.AddWithValue("tenant", tenantId.ToUuid());
        parameters.Add(SqlOptional.Of("from", NpgsqlDbType.TimestampTz, filter.From));
        parameters.Add(SqlOptional.Of("to", NpgsqlDbType.TimestampTz, filter.To));
        parameters.Add(SqlOptional.Of("ingested_from", NpgsqlDbType.TimestampTz, filter.IngestedAtFrom));
        parameters.Add(SqlOptional.Of("ingested_to", NpgsqlDbType.TimestampTz, filter.IngestedAtTo));
        parameters.Add(SqlOptional.Of("id", NpgsqlDbType.Text, filter.Id));
        parameters.Add(SqlOptional.Of("source", NpgsqlDbType.Text, filter.Source));
        parameters.Add(SqlOptional.Of("subject", NpgsqlDbType.Text, filter.Subject));
        parameters.Add(SqlOptional.Of("type", NpgsqlDbType.Text, filter.Type));
        parameters.Add(SqlOptional.Of("limit", NpgsqlDbType.Bigint, filter.Meter is null ? (long)filter.Limit : null));
        parameters.Add(SqlOptional.Of("after_time", NpgsqlDbType.TimestampTz, filter.After?.Time));
        parameters.Add(SqlOptional.Of("after_stored", NpgsqlDbType.TimestampTz, filter.After?.StoredAt));
        parameters.Add(SqlOptional.Of("after_key", NpgsqlDbType.Uuid, filter.After?.Key));
        parameters.Add(SqlOptional.Of("meter_type", NpgsqlDbType.Text, filter.Meter?.EventType));
    }
}
