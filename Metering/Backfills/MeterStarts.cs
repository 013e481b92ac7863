using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Backfills;

/// <summary>From which offset of each partition the sink counts a meter: the border that <see cref="MeterHandOver"/> drew.</summary>
internal sealed class MeterStarts(Dictionary<(int StreamId, int Partition), long> starts)
{
    private const string Sql = "select stream_id, partition, from_offset from meter_starts where meter_id = @meter";

    /// <summary>Whether the sink counted what it stored from this place of the log. A partition that it first saw after the meter has no border.</summary>
    public bool IsLive(int streamId, int partition, long offset) => !starts.TryGetValue((streamId, partition), out var from) || offset >= from;

    public static async Task<MeterStarts> LoadAsync(NpgsqlConnection connection, Ulid generation, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql, connection);
        command.Parameters.AddWithValue("meter", generation.ToUuid());
        var starts = new Dictionary<(int, int), long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            starts[(reader.GetInt32(0), reader.GetInt32(1))] = reader.GetInt64(2);
        return new MeterStarts(starts);
    }
}
