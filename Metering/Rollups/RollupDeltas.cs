using System.Runtime.InteropServices;

namespace CloudNative.Metering.Rollups;

/// <summary>What one event adds to one meter: its value (null for COUNT), and its group-by dimensions in the meter's order.</summary>
public sealed record Contribution(Ulid MeterId, string Subject, IReadOnlyList<string> Dimensions, decimal? Value);

/// <summary>One row to add to <c>rollups</c>.</summary>
internal sealed record RollupDelta(Guid Series, DateTimeOffset Minute, long Events, decimal? Total);

/// <summary>One row of <c>series</c>: a meter's combination of subject and dimensions, named by a hash of them.</summary>
internal sealed record Series(Guid Key, Ulid MeterId, string Subject, IReadOnlyList<string> Dimensions);

/// <summary>Adds up, in memory and exactly, what a batch of events contributes, so that the database gets one row per series and minute.</summary>
internal sealed class RollupDeltas
{
    // By what it is named after: its key is a hash that costs more than all the rest here, and most events of a batch share a series.
    private readonly Dictionary<Contribution, Series> _series = new(SeriesComparer.Instance);
    private readonly Dictionary<(Guid Series, DateTimeOffset Minute), Sum> _sums = [];
    private readonly List<RollupDelta> _full = [];

    public IReadOnlyCollection<Series> Series => _series.Values;

    public IReadOnlyCollection<RollupDelta> Rows =>
        [.. _sums.Select(row => new RollupDelta(row.Key.Series, row.Key.Minute, row.Value.Events, row.Value.Total)), .. _full];

    public void Add(Contribution contribution, DateTimeOffset time)
    {
        if (!_series.TryGetValue(contribution, out var series))
        {
            var key = SeriesKey.Of(contribution.MeterId, contribution.Subject, contribution.Dimensions);
            _series[contribution] = series = new Series(key, contribution.MeterId, contribution.Subject, contribution.Dimensions);
        }

        var minute = Minute.Of(time);
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (series.Key, minute), out var exists);
        if (!exists)
            sum = new Sum(1, contribution.Value);
        else if (TryAdd(sum.Total, contribution.Value, out var total))
            sum = new Sum(sum.Events + 1, total);
        else
            _full.Add(new RollupDelta(series.Key, minute, 1, contribution.Value));
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
