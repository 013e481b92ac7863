namespace Aspire.Hosting.Servers.Postgres;

/// <summary>What a PostgreSQL server is started with.</summary>
/// <param name="RunFolder">The server's folder within the run's temporary folder; short, because a Unix socket's path has at most 107 bytes.</param>
/// <param name="Port">The port on 127.0.0.1.</param>
/// <param name="UserName">The superuser.</param>
/// <param name="Password">The superuser's password.</param>
internal sealed record PostgresOptions(string RunFolder, int Port, string UserName, string Password)
{
    /// <summary>A folder that outlives the run; null keeps the data in the run's folder.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Connections at the same time; several services with a pool of 100 each are more than the default of 100 allows.</summary>
    public int MaxConnections { get; init; } = 200;

    /// <summary>How long a start waits for another server to let go of the data folder.</summary>
    public TimeSpan LockPatience { get; init; } = TimeSpan.FromSeconds(6);
}
