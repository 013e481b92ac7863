using System.Buffers;
using System.Text.Json;

namespace CloudNative.Metering.Client;

/// <summary>Events as they are sent: what is repeated is the same bytes.</summary>
internal static class EventJson
{
    /// <summary>The most events that one request may carry.</summary>
    public const int MaxBatchLength = 5_000;

    /// <summary>Stays below the API's limit of 4 MiB a body.</summary>
    public const int MaxBatchBytes = 4 * 1024 * 1024 - 1024;

    /// <exception cref="ArgumentException">The API would refuse it: a required attribute is empty, or it is too long.</exception>
    public static byte[] Write(UsageEvent usage, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(usage);
        ArgumentException.ThrowIfNullOrEmpty(usage.Id);
        ArgumentException.ThrowIfNullOrEmpty(usage.Source);
        ArgumentException.ThrowIfNullOrEmpty(usage.Type);
        ArgumentException.ThrowIfNullOrEmpty(usage.Subject);
        var json = JsonSerializer.SerializeToUtf8Bytes(usage.Time is null ? usage with { Time = clock.GetUtcNow() } : usage, ApiJson.Options);
        return json.Length <= UsageEvent.MaxBytes
            ? json
            : throw new ArgumentException($"The event '{usage.Id}' has {json.Length} bytes as JSON; at most {UsageEvent.MaxBytes} are taken.", nameof(usage));
    }

    /// <summary>Bytes of a batch: its events, a comma or bracket beside each, and one more bracket.</summary>
    public static int BatchBytes(IEnumerable<byte[]> events) => 1 + events.Sum(json => json.Length + 1);

    public static byte[] WriteBatch(IReadOnlyCollection<byte[]> events)
    {
        var batch = new ArrayBufferWriter<byte>(BatchBytes(events) + 1);
        batch.Write("["u8);
        foreach (var (index, json) in events.Index())
        {
            if (index > 0)
                batch.Write(","u8);
            batch.Write(json);
        }

        batch.Write("]"u8);
        return batch.WrittenSpan.ToArray();
    }
}
