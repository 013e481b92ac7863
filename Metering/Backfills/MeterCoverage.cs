using CloudNative.Metering.Database;
using Npgsql;

namespace CloudNative.Metering.Backfills;

/// <summary>Where a stored event stands: in the log, and in the order in which a backfill walks.</summary>
internal readonly record struct EventPlace(int StreamId, int Partition, long Offset, BackfillPosition Position);

/// <summary>Which stored events are in a meter's rollups: those that the sink counted live, and those that the backfill has passed.</summary>
internal sealed class MeterCoverage
{
    // A cancelled one belongs to a generation that was given up half filled: who read its meter before that must not take it for complete.
    private const string IncompleteSql = """
        select meter_id, segment, cursor_time, cursor_key from meter_backfills
        where meter_id = any (@generations) and (done_at is null or state = 'cancelled')
        """;

    private static readonly MeterCoverage Complete = new(null, default);

    // Null once the backfill is complete: everything is covered then, whatever its place.
    private readonly MeterStarts? _starts;
    private readonly BackfillPosition _position;

    private MeterCoverage(MeterStarts? starts, BackfillPosition position) => (_starts, _position) = (starts, position);

    public bool Includes(EventPlace place) =>
        _starts is null || _starts.IsLive(place.StreamId, place.Partition, place.Offset) || place.Position.CompareTo(_position) <= 0;

    public static async Task<MeterCoverage> LoadAsync(NpgsqlConnection connection, Ulid generation, CancellationToken cancellationToken) =>
        (await LoadAsync(connection, [generation], cancellationToken))[generation];

    public static async Task<Dictionary<Ulid, MeterCoverage>> LoadAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Ulid> generations, CancellationToken cancellationToken)
    {
        var coverages = generations.ToDictionary(id => id, _ => Complete);
        foreach (var (generation, position) in await IncompleteAsync(connection, generations, cancellationToken))
            coverages[generation] = new MeterCoverage(await MeterStarts.LoadAsync(connection, generation, cancellationToken), position);
        return coverages;
    }

    private static async Task<List<(Ulid Generation, BackfillPosition Position)>> IncompleteAsync(
        NpgsqlConnection connection, IReadOnlyCollection<Ulid> generations, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(IncompleteSql, connection);
        command.Parameters.AddWithValue("generations", generations.Select(id => id.ToUuid()).ToArray());
        var incomplete = new List<(Ulid, BackfillPosition)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            incomplete.Add((reader.GetGuid(0).ToUlid(), new BackfillPosition(reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetGuid(3))));
        return incomplete;
    }
}
