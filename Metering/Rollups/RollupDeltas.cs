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
    private readonly Dictionary<Guid, Series> _series = [];
    private readonly Dictionary<(Guid Series, DateTimeOffset Minute), RollupDelta> _sums = [];
    private readonly List<RollupDelta> _full = [];

    public IReadOnlyCollection<Series> Series => _series.Values;

    public IReadOnlyCollection<RollupDelta> Rows => [.. _sums.Values, .. _full];

    public void Add(Contribution contribution, DateTimeOffset time)
    {
        var key = SeriesKey.Of(contribution.MeterId, contribution.Subject, contribution.Dimensions);
        _series.TryAdd(key, new Series(key, contribution.MeterId, contribution.Subject, contribution.Dimensions));

        var minute = Minute.Of(time);
        var added = new RollupDelta(key, minute, 1, contribution.Value);
        if (!_sums.TryGetValue((key, minute), out var sum))
            _sums[(key, minute)] = added;
        else if (TryAdd(sum.Total, contribution.Value, out var total))
            _sums[(key, minute)] = sum with { Events = sum.Events + 1, Total = total };
        else
            _full.Add(added);
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
}
