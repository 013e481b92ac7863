namespace CloudNative.Fault.Tests.Load;

/// <summary>How much is sent.</summary>
internal sealed record LoadOptions
{
    /// <summary>Lasts while processes are started and ended many times.</summary>
    public static LoadOptions Thin { get; } = new() { Senders = 2, Pause = TimeSpan.FromMilliseconds(40), MaxBatch = 10 };

    /// <summary>Clients that send side by side.</summary>
    public int Senders { get; init; } = 4;

    /// <summary>What one sender waits between two requests.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>The most events of one request; half of the requests carry a single one.</summary>
    public int MaxBatch { get; init; } = 25;

    /// <summary>Of all senders together: then the load ends by itself. A busy machine needs minutes for what a quiet one does in seconds.</summary>
    public int MaxEvents { get; init; } = 100_000;

    /// <summary>One of so many acknowledged requests is sent once more.</summary>
    public int RepeatOneIn { get; init; } = 20;
}
