namespace Aspire.Hosting.Publishing;

/// <summary>
/// A server of the model that keeps data. It is no part of <c>base/</c>: a component runs it, or whoever operates the cluster says
/// where it is.
/// </summary>
/// <param name="Name">Where clients reach it when it runs in the same namespace; also the label of its pods.</param>
internal sealed record DataServer(string Name, DataServerKind Kind, int Port)
{
    /// <summary>The label of every pod that serves it, whoever made the pod: that is how the network policies find it.</summary>
    public const string Label = "data-server";

    /// <summary>The databases in it: the connection's name (its Secret's) and the database's own.</summary>
    public IReadOnlyList<(string Connection, string Database)> Databases { get; init; } = [];

    /// <summary>What the model sets for the server; sorted by name.</summary>
    public IReadOnlyList<WorkloadVariable> Environment { get; init; } = [];
}

internal enum DataServerKind
{
    Postgres,
    Redis,
    Kafka,
}
