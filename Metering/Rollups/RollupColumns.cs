namespace CloudNative.Metering.Rollups;

/// <summary>The figures of a rollup, of a minute, an hour or a day alike, and how two are put together.</summary>
/// <param name="Names">The columns.</param>
/// <param name="Aggregated">One row of many.</param>
/// <param name="Merged">The row <c>r</c> that is there, put together with the one that was to be inserted.</param>
internal sealed record RollupColumns(string Names, string Aggregated, string Merged)
{
    /// <summary>What SUM, COUNT, AVG and UNIQUE_COUNT need: the others are null for their meters.</summary>
    public static readonly RollupColumns Sums = new(
        "events, total",
        "sum(events)::bigint as events, sum(total) as total",
        "events = r.events + excluded.events, total = r.total + excluded.total");

    public static readonly RollupColumns All = new(
        $"{Sums.Names}, lowest, highest, latest",
        $"{Sums.Aggregated}, min(lowest) as lowest, max(highest) as highest, max(latest) as latest",
        $"{Sums.Merged}, lowest = least(r.lowest, excluded.lowest), highest = greatest(r.highest, excluded.highest), latest = greatest(r.latest, excluded.latest)");

    /// <summary>That the rows <c>a</c> and <c>b</c> hold other figures, be it that one is missing.</summary>
    public const string Differ = """
        (coalesce(a.events, 0) <> coalesce(b.events, 0) or a.total is distinct from b.total or a.lowest is distinct from b.lowest
        or a.highest is distinct from b.highest or a.latest is distinct from b.latest)
        """;

    /// <summary>The figures of a row but for the events, for people; <c>none</c> where there are none.</summary>
    public static string InWords(string row) => $"""
        coalesce({row}.total::text, 'lowest ' || {row}.lowest, 'highest ' || {row}.highest, 'latest ' || {row}.latest[{LatestValue.ValueIndex}], 'none')
        """;
}
