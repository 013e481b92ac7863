namespace CloudNative.Bench.Harness;

/// <summary>How much each case measures. The full sizes make a timed part last several seconds on 2 cores; quick ones show that it works.</summary>
internal sealed record Sizes
{
    public static readonly Sizes Full = new();

    public static readonly Sizes Quick = new()
    {
        Rounds = 2,
        CopyRows = 50_000,
        SinkEvents = 40_000,
        BatchEvents = 20_000,
        SingleEvents = 4_000,
        EndToEndEvents = 40_000,
        Window = TimeSpan.FromSeconds(6),
        FreshnessWindow = TimeSpan.FromSeconds(4),
        Queries = 20,
        WarmUp = TimeSpan.FromSeconds(1),
        HistoryEvents = 20_000,
        BackfillEvents = 40_000,
        DedupeKeys = 200_000,
        SoakWindow = TimeSpan.FromSeconds(30),
    };

    /// <summary>A-B pairs of each case.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Rows of D0 and D1 side by side.</summary>
    public int CopyRows { get; init; } = 500_000;

    /// <summary>Events in Kafka before the sink starts. The in-memory broker holds about 600,000 of them.</summary>
    public int SinkEvents { get; init; } = 560_000;

    /// <summary>Events of a round in batches of 100, and in batches of 1,000. Nothing counts them meanwhile: they must fit into the broker.</summary>
    public int BatchEvents { get; init; } = 150_000;

    /// <summary>Events of a round that are posted one by one.</summary>
    public int SingleEvents { get; init; } = 60_000;

    /// <summary>Events of a round from HTTP to a query.</summary>
    public int EndToEndEvents { get; init; } = 400_000;

    /// <summary>How long load runs while the sink is killed, and while it is not.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long freshness is watched at one rate.</summary>
    public TimeSpan FreshnessWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Queries of a round.</summary>
    public int Queries { get; init; } = 200;

    /// <summary>How long each way is asked before its first round, at least.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Events of the short history; the long one has ten times as many, over the same 30 days.</summary>
    public int HistoryEvents { get; init; } = 1_000_000;

    /// <summary>Stored events that a new meter is filled from.</summary>
    public int BackfillEvents { get; init; } = 400_000;

    /// <summary>Ids in the dedupe window, at its fullest; compared with a fiftieth of them.</summary>
    public int DedupeKeys { get; init; } = 50_000_000;

    /// <summary>How long the services are watched at maximum load.</summary>
    public TimeSpan SoakWindow { get; init; } = TimeSpan.FromMinutes(10);
}
