using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using Npgsql;

namespace CloudNative.Metering.Rollups;

/// <summary>How far a meter's minutes are rolled up.</summary>
/// <param name="HoursUntil">Hours are complete before this time.</param>
/// <param name="DaysUntil">Days of UTC are complete before this time.</param>
/// <param name="HoursSince">Hours are complete from here on: a backfill counts what is older into days only, because rows are what its time goes into.</param>
internal sealed record RollupSeals(DateTimeOffset HoursUntil, DateTimeOffset DaysUntil, DateTimeOffset HoursSince)
{
    private const string Sql = """
        select hours_until, days_until, coalesce(hours_since, '-infinity'), b.meter_id is not null and (done_at is null or state = 'cancelled'), m.xmin
        from rollup_seals
            left join meter_backfills b on b.meter_id = @generation
            left join meters m on m.id = @meter and m.deleted_at is null
        """;

    public static async Task<RollupSeals> LoadAsync(NpgsqlConnection connection, Meter meter, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(meter) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return (await ReadAsync(reader, cancellationToken)).Seals;
    }

    public static NpgsqlBatchCommand Command(Meter meter) => new(Sql)
    {
        Parameters = { new NpgsqlParameter<Guid>("generation", meter.Generation.ToUuid()), new NpgsqlParameter<Guid>("meter", meter.Id.ToUuid()) },
    };

    /// <summary>
    /// Reads the answer to <see cref="Command"/>; the generation is incomplete while its backfill is not done, or was given up. The version is that of the
    /// meter, null for one that is not there (any more).
    /// </summary>
    public static async Task<(RollupSeals Seals, bool IsIncomplete, uint? MeterVersion)> ReadAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        await reader.ReadAsync(cancellationToken);
        var seals = new RollupSeals(
            reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetFieldValue<DateTimeOffset>(2));
        return (seals, reader.GetBoolean(3), await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetFieldValue<uint>(4));
    }
}
