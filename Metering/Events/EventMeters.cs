using CloudNative.Metering.Backfills;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Rollups;
using Npgsql;

namespace CloudNative.Metering.Events;

/// <summary>What one meter made of a stored event.</summary>
/// <param name="Meter">The meter; its event type is the event's.</param>
/// <param name="Contribution">What the event added; null when it added nothing.</param>
/// <param name="Window">The minute in which it counts; null when it added nothing.</param>
/// <param name="Reason">Why it added nothing; null when it added something.</param>
public sealed record MeterVerdict(Meter Meter, Contribution? Contribution, DateTimeOffset? Window, string? Reason)
{
    internal static MeterVerdict NotCounted(Meter meter, string reason) => new(meter, null, null, reason);
}

/// <summary>Tells of stored events which meters counted them, by the code that counts.</summary>
internal sealed class EventMeters
{
    private readonly ILookup<string, (Meter Definition, CountingMeter Counting)> _meters;
    private readonly Dictionary<Ulid, MeterCoverage> _coverages;

    private EventMeters(IEnumerable<Meter> meters, Dictionary<Ulid, MeterCoverage> coverages)
    {
        _meters = meters.ToLookup(meter => meter.EventType, meter => (meter, new CountingMeter(meter)));
        _coverages = coverages;
    }

    public static async Task<EventMeters> LoadAsync(NpgsqlConnection connection, IReadOnlyCollection<Meter> meters, CancellationToken cancellationToken) =>
        new(meters, await MeterCoverage.LoadAsync(connection, [.. meters.Select(meter => meter.Generation)], cancellationToken));

    /// <summary>One verdict for each meter of the event's type.</summary>
    public IReadOnlyList<MeterVerdict> Judge(StoredRow row)
    {
        using var data = StoredEventData.Parse(row.Event);
        var verdicts = new List<MeterVerdict>();
        foreach (var (definition, counting) in _meters[row.Type])
        {
            if (!counting.TryCount(row.Subject, row.Time, data?.RootElement ?? default, out var contribution, out var reason))
                verdicts.Add(MeterVerdict.NotCounted(definition, reason));
            else if (definition.Replaced is not null || _coverages[definition.Generation].Includes(row.Place))
                verdicts.Add(new MeterVerdict(definition, contribution, Minute.Of(row.Time), null));
            else
            {
                verdicts.Add(MeterVerdict.NotCounted(
                    definition, $"meter '{definition.Slug}' was created, or got other dimensions, after the event was stored, and its backfill has not come to it yet"));
            }
        }

        return verdicts;
    }
}

/// <summary>A row of <c>usage_events</c>, as far as it is shown.</summary>
internal sealed record StoredRow(
    ReadOnlyMemory<byte> Event, string Type, string Subject, DateTimeOffset Time, DateTimeOffset IngestedAt, DateTimeOffset StoredAt, EventPlace Place)
{
    public const string Columns = """event, type, subject, time, ingested_at, stored_at, stream_id, partition, "offset", segment, key""";

    public static StoredRow Read(NpgsqlDataReader reader)
    {
        var time = reader.GetFieldValue<DateTimeOffset>(3);
        var position = new BackfillPosition(reader.GetInt32(9), time, reader.GetGuid(10));
        return new StoredRow(
            reader.GetFieldValue<byte[]>(0), reader.GetString(1), reader.GetString(2), time,
            reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5),
            new EventPlace(reader.GetInt32(6), reader.GetInt32(7), reader.GetInt64(8), position));
    }
}
