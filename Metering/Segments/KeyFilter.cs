using System.Buffers.Binary;

namespace CloudNative.Metering.Segments;

/// <summary>
/// Says of a key either that it is certainly not in a closed segment, or that it may be: a blocked Bloom filter (Putze, Sanders, Singler 2007), where
/// all bits of a key lie in one cache line. The keys are cut from SHA-256, so their own bits serve as the hashes.
/// </summary>
public sealed class KeyFilter
{
    /// <summary>Twelve bits a key let about one of 150 foreign keys through; each of those costs one look into the segment's index.</summary>
    public const int BitsPerKey = 12;

    private const int BlockBytes = 64;
    private const int Probes = 7;
    private const int ProbeBits = 9;

    private readonly byte[] _bits;

    /// <summary>A filter as <see cref="Bytes"/> gave it.</summary>
    public KeyFilter(byte[] bytes)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length % BlockBytes, 0);
        _bits = bytes;
    }

    /// <summary>An empty filter for so many keys.</summary>
    public static KeyFilter For(long keys) => new(new byte[BlockBytes * (1 + keys * BitsPerKey / (8 * BlockBytes))]);

    public byte[] Bytes => _bits;

    public void Add(Guid key)
    {
        var block = Locate(key, out var hash);
        for (var probe = 0; probe < Probes; probe++, hash >>= ProbeBits)
            block[(int)(hash & 511) >> 3] |= (byte)(1 << (int)(hash & 7));
    }

    public bool MayContain(Guid key)
    {
        var block = Locate(key, out var hash);
        for (var probe = 0; probe < Probes; probe++, hash >>= ProbeBits)
        {
            if ((block[(int)(hash & 511) >> 3] & (1 << (int)(hash & 7))) == 0)
                return false;
        }

        return true;
    }

    private Span<byte> Locate(Guid key, out ulong hash)
    {
        Span<byte> bytes = stackalloc byte[16];
        key.TryWriteBytes(bytes, bigEndian: true, out _);
        hash = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        var place = Math.BigMul(BinaryPrimitives.ReadUInt64BigEndian(bytes), (ulong)(_bits.Length / BlockBytes), out _);
        return _bits.AsSpan((int)place * BlockBytes, BlockBytes);
    }
}
