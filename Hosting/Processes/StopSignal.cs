namespace Aspire.Hosting.Processes;

/// <summary>The signals that end a process; the numbers are POSIX's.</summary>
internal enum StopSignal
{
    Interrupt = 2,
    Quit = 3,

    /// <summary>Can't be refused.</summary>
    Kill = 9,

    Terminate = 15,
}
