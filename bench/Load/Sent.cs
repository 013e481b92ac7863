namespace CloudNative.Bench.Load;

/// <summary>What was sent, or is to be found: so many distinct events, with so many tokens in all.</summary>
internal readonly record struct Sent(long Events, long Tokens)
{
    public static Sent operator +(Sent left, Sent right) => new(left.Events + right.Events, left.Tokens + right.Tokens);

    public static Sent Of(IEnumerable<BenchEvent> events) =>
        events.Aggregate(new Sent(), (sum, one) => new Sent(sum.Events + 1, sum.Tokens + one.Tokens));
}
