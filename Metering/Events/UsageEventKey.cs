using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace CloudNative.Metering.Events;

/// <summary>
/// 128 bits that stand for a sequence of texts within an owner: the dedupe key of an event, the key of a series.
/// Cut from SHA-256 and not from a faster hash, because a customer chooses the texts: two that collide on purpose would not be counted.
/// </summary>
public static class UsageEventKey
{
    private const int OwnerBytes = 16;

    /// <summary>The key of an event: what counts once within the dedupe window.</summary>
    public static Guid Of(Ulid tenantId, string source, string id) => Of(tenantId, [source, id]);

    /// <summary>The key of any texts; each is preceded by its length, so that ("a", "bc") and ("ab", "c") differ.</summary>
    public static Guid Of(Ulid owner, ReadOnlySpan<string> texts)
    {
        var length = OwnerBytes;
        foreach (var text in texts)
            length += sizeof(int) + Encoding.UTF8.GetByteCount(text);

        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var buffer = rented.AsSpan(0, length);
            owner.TryWriteBytes(buffer);
            var position = OwnerBytes;
            foreach (var text in texts)
            {
                var written = Encoding.UTF8.GetBytes(text, buffer[(position + sizeof(int))..]);
                BinaryPrimitives.WriteInt32LittleEndian(buffer[position..], written);
                position += sizeof(int) + written;
            }

            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(buffer, hash);
            return new Guid(hash[..16], bigEndian: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
