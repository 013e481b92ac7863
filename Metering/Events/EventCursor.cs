using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace CloudNative.Metering.Events;

/// <summary>The place of an event in the list of events, so that the next page begins behind it, whatever came in meanwhile.</summary>
public readonly record struct EventCursor(DateTimeOffset Time, DateTimeOffset StoredAt, Guid Key)
{
    private const int Bytes = 2 * sizeof(long) + 16;

    public static bool TryParse(string text, [NotNullWhen(true)] out EventCursor? cursor)
    {
        cursor = null;
        Span<byte> bytes = stackalloc byte[Bytes];
        if (!Base64Url.IsValid(text, out var length) || length != Bytes)
            return false;

        Base64Url.DecodeFromChars(text, bytes);
        var (time, storedAt) = (BinaryPrimitives.ReadInt64BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[sizeof(long)..]));
        if (!IsTime(time) || !IsTime(storedAt))
            return false;
        cursor = new EventCursor(new(time, TimeSpan.Zero), new(storedAt, TimeSpan.Zero), new Guid(bytes[(2 * sizeof(long))..], bigEndian: true));
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        BinaryPrimitives.WriteInt64BigEndian(bytes, Time.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], StoredAt.UtcTicks);
        Key.TryWriteBytes(bytes[(2 * sizeof(long))..], bigEndian: true, out _);
        return Base64Url.EncodeToString(bytes);
    }

    private static bool IsTime(long ticks) => ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks;
}
