using System.Runtime.InteropServices;

namespace Aspire.Hosting.Processes;

/// <summary>POSIX signals; Windows has none that reach another process without a console.</summary>
internal static partial class Signals
{
    /// <returns>False when the process is gone, belongs to someone else, or the system has no signals.</returns>
    public static bool TrySend(int processId, StopSignal signal) =>
        !OperatingSystem.IsWindows() && Kill(processId, (int)signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
