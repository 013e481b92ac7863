namespace CloudNative.Metering.Database;

/// <summary>
/// A ULID as PostgreSQL's <c>uuid</c>: the same 16 bytes in the same (big-endian) order, so that uuids sort as the ULIDs do
/// and new rows go to an index's end.
/// </summary>
public static class UlidUuid
{
    public static Guid ToUuid(this Ulid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes);
        return new Guid(bytes, bigEndian: true);
    }

    public static Ulid ToUlid(this Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return new Ulid(bytes);
    }
}
