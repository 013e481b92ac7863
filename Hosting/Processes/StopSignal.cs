namespace Aspire.Hosting.Processes;

/// <summary>The signal that asks a process to end by itself; the numbers are POSIX's.</summary>
internal enum StopSignal
{
    Interrupt = 2,
    Quit = 3,
    Terminate = 15,
}
