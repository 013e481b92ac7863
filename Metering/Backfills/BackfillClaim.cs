using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Backfills;

/// <summary>Where a backfill stands: what lies up to here is counted, in the order of segment, time and key.</summary>
internal readonly record struct BackfillPosition(int Segment, DateTimeOffset Time, Guid Key) : IComparable<BackfillPosition>
{
    /// <summary>Before all events of a segment.</summary>
    public static BackfillPosition StartOf(int segment) => new(segment, DateTimeOffset.MinValue, Guid.Empty);

    public int CompareTo(BackfillPosition other) => (Segment, Time, Key).CompareTo((other.Segment, other.Time, other.Key));
}

/// <summary>A backfill that this process works on for now. Only for thrift: what keeps two from counting the same page is the position, see <see cref="BackfillPage"/>.</summary>
/// <param name="MeterId">Whose backfill.</param>
/// <param name="Position">Where its next page begins.</param>
/// <param name="LastSegment">Later segments hold only what was counted live.</param>
/// <param name="HoursSince">What is older is rolled up to days, but not to hours.</param>
/// <param name="CatalogVersion">The catalog's version at the time of the claim.</param>
internal sealed record BackfillClaim(Ulid MeterId, BackfillPosition Position, int LastSegment, DateTimeOffset HoursSince, long CatalogVersion)
{
    /// <summary>After so long another process takes over from one that was killed. A page takes a fraction of it.</summary>
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    // The one that is read ahead, else the one that waited longest: so that a small meter is not held up by a large one.
    private const string Sql = """
        update meter_backfills b set claimed_until = now() + @duration, started_at = coalesce(started_at, now())
        where meter_id = (
            select meter_id from meter_backfills where done_at is null and claimed_until < now()
            order by meter_id is not distinct from @preferred desc, updated_at, meter_id limit 1 for update skip locked)
        returning b.meter_id, b.segment, b.cursor_time, b.cursor_key, b.last_segment, b.hours_since, (select version from meter_catalog)
        """;

    /// <summary>Null when nothing is to be done, or others do it.</summary>
    public static async Task<BackfillClaim?> TakeAsync(NpgsqlConnection connection, Ulid? preferred, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue("duration", Duration);
        command.Parameters.Add(SqlOptional.Of("preferred", NpgsqlDbType.Uuid, preferred?.ToUuid()));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
            return null;

        var position = new BackfillPosition(reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetGuid(3));
        return new BackfillClaim(reader.GetGuid(0).ToUlid(), position, reader.GetInt32(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetInt64(6));
    }
}
