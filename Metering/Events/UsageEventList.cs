using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
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

    public int Limit { get; init; } = 100;
}

/// <summary>One stored event and what became of it.</summary>
/// <param name="Event">The event's bytes as they were received.</param>
/// <param name="Time">Its time, or the time of ingest where it has none.</param>
/// <param name="IngestedAt">When the API accepted it.</param>
/// <param name="StoredAt">When it was counted.</param>
/// <param name="Meters">Slugs of the meters that counted it.</param>
/// <param name="Reasons">Why meters of its type did not count it.</param>
public sealed record StoredEvent(
    ReadOnlyMemory<byte> Event, DateTimeOffset Time, DateTimeOffset IngestedAt, DateTimeOffset StoredAt,
    IReadOnlyList<string> Meters, IReadOnlyList<string> Reasons);

/// <summary>Lists stored events, newest first, and explains each.</summary>
public sealed class UsageEventList(NpgsqlDataSource dataSource, MeteringDbContext context)
{
    private const string Sql = """
        select event, time, ingested_at, stored_at, stream_id, partition, "offset", segment, key
        from usage_events
        where tenant_id = @tenant
          and (@from is null or time >= @from) and (@to is null or time < @to)
          and (@ingested_from is null or ingested_at >= @ingested_from) and (@ingested_to is null or ingested_at < @ingested_to)
          and (@id is null or id = @id) and (@source is null or source = @source)
          and (@subject is null or subject = @subject) and (@type is null or type = @type)
        order by time desc, stored_at desc, key
        limit @limit
        """;

    public async Task<IReadOnlyList<StoredEvent>> ListAsync(Ulid tenantId, UsageEventFilter filter, CancellationToken cancellationToken)
    {
        var meters = await context.Meters.AsNoTracking().Where(meter => meter.TenantId == tenantId).OrderBy(meter => meter.Slug).ToListAsync(cancellationToken);
        var byType = meters.ToLookup(meter => meter.EventType, meter => new CountingMeter(meter));

        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var coverages = await MeterCoverage.LoadAsync(connection, [.. meters.Select(meter => meter.Id)], cancellationToken);
        await using var command = new NpgsqlCommand(Sql, connection);
        AddParameters(command.Parameters, tenantId, filter);
        var events = new List<StoredEvent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            events.Add(Explain(reader, byType, coverages));

        return events;
    }

    private static StoredEvent Explain(NpgsqlDataReader reader, ILookup<string, CountingMeter> meters, Dictionary<Ulid, MeterCoverage> coverages)
    {
        var bytes = reader.GetFieldValue<byte[]>(0);
        var time = reader.GetFieldValue<DateTimeOffset>(1);
        var usageEvent = UsageEventReader.Read(bytes, EventBody.One, [])[0];
        using var data = usageEvent.ParseData();
        var position = new BackfillPosition(reader.GetInt32(7), time, reader.GetGuid(8));
        var place = new EventPlace(reader.GetInt32(4), reader.GetInt32(5), reader.GetInt64(6), position);
        var (counted, reasons) = (new List<string>(), new List<string>());
        foreach (var meter in meters[usageEvent.Type])
        {
            if (!meter.TryCount(usageEvent.Subject, time, data?.RootElement ?? default, out _, out var reason))
                reasons.Add(reason);
            else if (coverages[meter.Id].Includes(place))
                counted.Add(meter.Slug);
            else
                reasons.Add($"meter '{meter.Slug}' was created after the event was stored, and its backfill has not come to it yet");
        }

        return new StoredEvent(bytes, time, reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3), counted, reasons);
    }

    private static void AddParameters(NpgsqlParameterCollection parameters, Ulid tenantId, UsageEventFilter filter)
    {
        parameters.AddWithValue("tenant", tenantId.ToUuid());
        parameters.AddWithValue("limit", filter.Limit);
        parameters.Add(SqlOptional.Of("from", NpgsqlDbType.TimestampTz, filter.From));
        parameters.Add(SqlOptional.Of("to", NpgsqlDbType.TimestampTz, filter.To));
        parameters.Add(SqlOptional.Of("ingested_from", NpgsqlDbType.TimestampTz, filter.IngestedAtFrom));
        parameters.Add(SqlOptional.Of("ingested_to", NpgsqlDbType.TimestampTz, filter.IngestedAtTo));
        parameters.Add(SqlOptional.Of("id", NpgsqlDbType.Text, filter.Id));
        parameters.Add(SqlOptional.Of("source", NpgsqlDbType.Text, filter.Source));
        parameters.Add(SqlOptional.Of("subject", NpgsqlDbType.Text, filter.Subject));
        parameters.Add(SqlOptional.Of("type", NpgsqlDbType.Text, filter.Type));
    }
}
