namespace CloudNative.Bench.Harness;

/// <summary>One line of the result: two things measured in turn, and their ratio.</summary>
internal interface ICase
{
    /// <summary>Its name on the command line.</summary>
    string Id { get; }

    /// <summary>What is divided by what.</summary>
    string Title { get; }

    /// <exception cref="CountMismatchException">Something was lost, doubled or not acknowledged: the figure would be worth nothing.</exception>
    Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken);
}
