namespace CloudNative.Bench.Load;

/// <summary>One way to ask for a subject's tokens by day.</summary>
internal interface IQuestioner : IAsyncDisposable
{
    /// <summary>Asks, and takes the whole answer: a value for each day, in order.</summary>
    Task<IReadOnlyList<decimal>> AskAsync(string subject, CancellationToken cancellationToken);
}
