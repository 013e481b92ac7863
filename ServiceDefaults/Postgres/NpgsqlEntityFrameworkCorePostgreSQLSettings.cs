namespace Aspire.Npgsql.EntityFrameworkCore.PostgreSQL;

/// <summary>
/// Settings of a database context, read from <c>Aspire:Npgsql:EntityFrameworkCore:PostgreSQL</c> or its sub-section named like the context.
/// Same name, members and defaults as in Aspire's client integration, so that code compiles against either.
/// </summary>
public sealed class NpgsqlEntityFrameworkCorePostgreSQLSettings
{
    /// <summary>Npgsql connection string; <c>ConnectionStrings:name</c> wins over a value in the section. Required.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>True: transient faults are not retried. Default false.</summary>
    public bool DisableRetry { get; set; }

    /// <summary>True: no health check is registered. Default false.</summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>True: no spans for database commands. Default false.</summary>
    public bool DisableTracing { get; set; }

    /// <summary>True: no Npgsql metrics. Default false.</summary>
    public bool DisableMetrics { get; set; }

    /// <summary>Seconds a command may take; null keeps Npgsql's default of 30.</summary>
    public int? CommandTimeout { get; set; }
}
