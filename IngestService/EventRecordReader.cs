using CloudNative.Metering.DeadLetters;
using CloudNative.Metering.Events;
using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;
using Confluent.Kafka;

namespace CloudNative.IngestService;

/// <summary>Reads an event out of a Kafka record. What can't be read keeps its bytes and gets a reason; it never throws.</summary>
internal static class EventRecordReader
{
    private static readonly long FirstMillisecond = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long LastMillisecond = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static IngestRecord Read(ConsumeResult<byte[], byte[]> result)
    {
        var value = result.Message.Value ?? [];
        try
        {
            return Read(result, value);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException)
        {
            // Whatever is wrong with one record must not hold up all behind it.
            return new IngestRecord(result.Offset, DateTimeOffset.UnixEpoch, Ulid.Empty, value)
            {
                Rejection = new Rejection(DeadLetterReason.InvalidEvent, $"The record can't be read: {e.Message}"),
            };
        }
    }

    private static IngestRecord Read(ConsumeResult<byte[], byte[]> result, byte[] value)
    {
        var milliseconds = IngestedAt(result.Message);
        if (!TryReadTime(milliseconds, out var ingestedAt))
        {
            return new IngestRecord(result.Offset, DateTimeOffset.UnixEpoch, Ulid.Empty, value)
            {
                Rejection = new Rejection(DeadLetterReason.InvalidEvent, $"The record's timestamp, {milliseconds} ms, is no time."),
            };
        }

        if (!result.Message.Headers.TryGetLastBytes(EventRecord.TenantHeader, out var header) || !EventRecord.TryReadTenant(header, out var tenantId))
        {
            return new IngestRecord(result.Offset, ingestedAt, Ulid.Empty, value)
            {
                Rejection = new Rejection(DeadLetterReason.UnknownTenant, $"The header '{EventRecord.TenantHeader}' is missing or no ULID."),
            };
        }

        var errors = new List<FieldError>();
        var events = UsageEventReader.Read(value, EventBody.One, errors);
        var record = new IngestRecord(result.Offset, ingestedAt, tenantId, value);
        return errors.Count == 0 && events.Count == 1
            ? record with { Event = events[0] }
            : record with { Rejection = new Rejection(DeadLetterReason.InvalidEvent, Describe(errors)) };
    }

    /// <summary>The header comes before the timestamp: where it is, the broker would not have the right time there.</summary>
    private static long IngestedAt(Message<byte[], byte[]> message) =>
        message.Headers.TryGetLastBytes(EventRecord.IngestedAtHeader, out var header) && EventRecord.TryReadIngestedAt(header, out var milliseconds)
            ? milliseconds
            : message.Timestamp.UnixTimestampMs;

    private static bool TryReadTime(long milliseconds, out DateTimeOffset time)
    {
        var isTime = milliseconds >= FirstMillisecond && milliseconds <= LastMillisecond;
        time = isTime ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : default;
        return isTime && Rfc3339.IsInRange(time);
    }

    private static string Describe(List<FieldError> errors) =>
        string.Join(' ', errors.Select(error => $"{error.Field}: {error.Message}")).Replace("\0", "\\0", StringComparison.Ordinal);
}
