using System.Runtime.InteropServices;
using CloudNative.Metering.Events;
using CloudNative.Metering.Meters;

namespace CloudNative.Metering.Rollups;

/// <summary>What one event adds to one meter.</summary>
/// <param name="MeterId">The meter.</param>
/// <param name="Aggregation">What the meter makes of its events.</param>
/// <param name="Subject">The event's subject.</param>
/// <param name="Dimensions">Values of the group-by dimensions, in the meter's order.</param>
/// <param name="Value">Its number; null for COUNT and UNIQUE_COUNT.</param>
/// <param name="Text">Its value as text, for UNIQUE_COUNT only; null for the others.</param>
public sealed record Contribution(
    Ulid MeterId, Aggregation Aggregation, string Subject, IReadOnlyList<string> Dimensions, decimal? Value, string? Text = null);

/// <summary>One row to add to <c>rollups</c>.</summary>
internal sealed record RollupDelta(Guid Series, DateTimeOffset Minute, long Events, decimal? Total, PickedValue? Picked = null);

/// <summary>What a meter that picks one of the values has picked so far: exactly one is set.</summary>
internal sealed record PickedValue(decimal? Lowest = null, decimal? Highest = null, LatestValue? Latest = null);

/// <summary>A value, named by its hash, that a series has in a minute.</summary>
internal readonly record struct DistinctValue(Guid Series, DateTimeOffset Minute, Guid Value);

/// <summary>One row of <c>series</c>: a meter's combination of subject and dimensions, named by a hash of them.</summary>
internal sealed record Series(Guid Key, Ulid MeterId, string Subject, IReadOnlyList<string> Dimensions);

/// <summary>Adds up, in memory and exactly, what a batch of events contributes, so that the database gets one row per series and minute.</summary>
internal sealed class RollupDeltas
{
    // By what it is named after: its key is a hash that costs more than all the rest here, and most events of a batch share a series.
    private readonly Dictionary<Contribution, Series> _series = new(SeriesComparer.Instance);
    private readonly Dictionary<(Guid Series, DateTimeOffset Minute), Sum> _sums = [];
    private readonly List<RollupDelta> _full = [];
    private readonly Dictionary<(Guid Series, DateTimeOffset Minute), (long Events, PickedValue Value)> _picked = [];
    private readonly HashSet<DistinctValue> _distinct = [];

    public IReadOnlyCollection<Series> Series => _series.Values;

    /// <summary>Rows of meters that add up, or only count.</summary>
    public IReadOnlyCollection<RollupDelta> Sums =>
        [.. _sums.Select(row => new RollupDelta(row.Key.Series, row.Key.Minute, row.Value.Events, row.Value.Total)), .. _full];

    /// <summary>Rows of meters that pick one of the values.</summary>
    public IReadOnlyCollection<RollupDelta> Picked =>
        [.. _picked.Select(row => new RollupDelta(row.Key.Series, row.Key.Minute, row.Value.Events, null, row.Value.Value))];

    public IReadOnlyCollection<RollupDelta> Rows => [.. Sums, .. Picked];

    public IReadOnlyCollection<DistinctValue> Distinct => _distinct;

    public void Add(Contribution contribution, EventOrder order)
    {
        if (!_series.TryGetValue(contribution, out var series))
        {
            var key = SeriesKey.Of(contribution.MeterId, contribution.Subject, contribution.Dimensions);
            _series[contribution] = series = new Series(key, contribution.MeterId, contribution.Subject, contribution.Dimensions);
        }

        var minute = Minute.Of(order.Time);
        if (contribution.Aggregation is Aggregation.Min or Aggregation.Max or Aggregation.Latest)
            Pick(series.Key, minute, contribution, order);
        else
            AddUp(series.Key, minute, contribution.Value);
        if (contribution.Text is { } text)
            _distinct.Add(new DistinctValue(series.Key, minute, UsageEventKey.Of(contribution.MeterId, [text])));
    }

    private void AddUp(Guid series, DateTimeOffset minute, decimal? value)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (series, minute), out var exists);
        if (!exists)
            sum = new Sum(1, value);
        else if (TryAdd(sum.Total, value, out var total))
            sum = new Sum(sum.Events + 1, total);
        else
            _full.Add(new RollupDelta(series, minute, 1, value));
    }

    private void Pick(Guid series, DateTimeOffset minute, Contribution contribution, EventOrder order)
    {
        var value = contribution.Value!.Value;
        ref var picked = ref CollectionsMarshal.GetValueRefOrAddDefault(_picked, (series, minute), out var exists);
        picked.Events++;
        var isBetter = !exists || contribution.Aggregation switch
        {
            Aggregation.Min => value < picked.Value.Lowest,
            Aggregation.Max => value > picked.Value.Highest,
            _ => order.CompareTo(picked.Value.Latest!.At) > 0,
        };
        if (!isBetter)
            return;

        picked.Value = contribution.Aggregation switch
        {
            Aggregation.Min => new PickedValue(Lowest: value),
            Aggregation.Max => new PickedValue(Highest: value),
            _ => new PickedValue(Latest: new LatestValue(order, value)),
        };
    }

    /// <summary>False where the sum has more digits than decimal holds (it would round): PostgreSQL's numeric adds those up.</summary>
    private static bool TryAdd(decimal? left, decimal? right, out decimal? sum)
    {
        sum = null;
        if (left is not { } a || right is not { } b)
            return true;

        try
        {
            var exact = a + b;
            sum = exact;
            return exact.Scale == Math.Max(a.Scale, b.Scale);
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private readonly record struct Sum(long Events, decimal? Total);

    private sealed class SeriesComparer : IEqualityComparer<Contribution>
    {
        public static readonly SeriesComparer Instance = new();

        public bool Equals(Contribution? x, Contribution? y) =>
            x is not null && y is not null && x.MeterId == y.MeterId && x.Subject == y.Subject && x.Dimensions.SequenceEqual(y.Dimensions);

        public int GetHashCode(Contribution obj)
        {
            var hash = new HashCode();
            hash.Add(obj.MeterId);
            hash.Add(obj.Subject);
            foreach (var dimension in obj.Dimensions)
                hash.Add(dimension);
            return hash.ToHashCode();
        }
    }
}
