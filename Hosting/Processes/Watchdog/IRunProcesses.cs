namespace Aspire.Hosting.Processes.Watchdog;

/// <summary>The processes of one run, as far as the system can tell.</summary>
internal interface IRunProcesses
{
    /// <summary>Adds a process that the AppHost started.</summary>
    void Track(int processId);

    /// <summary>Those that are alive now.</summary>
    IReadOnlyCollection<RunProcess> Alive();

    /// <summary>Ends one by force.</summary>
    void Kill(int processId);
}

/// <param name="Id">The process id.</param>
/// <param name="IsTop">
/// Whether its parent is none of the run's. Only such a one is asked to end: it knows its children better (PostgreSQL's
/// take the same signals as something else).
/// </param>
internal readonly record struct RunProcess(int Id, bool IsTop);
