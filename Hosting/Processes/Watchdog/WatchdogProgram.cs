using System.Runtime.InteropServices;

namespace Aspire.Hosting.Processes.Watchdog;

/// <summary>The process of <see cref="RunWatchdog"/>.</summary>
internal static class WatchdogProgram
{
    public const string Verb = "watchdog";

    private static readonly PosixSignal[] Survived = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    public static async Task<int> RunAsync(string runId, string temporaryFolder)
    {
        // A closed terminal or a Ctrl+C that hits the whole group ends the AppHost; this must still be there then.
        var registrations = Survived.Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true)).ToList();
        IRunProcesses processes = OperatingSystem.IsLinux() ? new LinuxRunProcesses(runId) : new TrackedRunProcesses();

        await Console.Out.WriteLineAsync($"watchdog {Environment.ProcessId}");
        while (await Console.In.ReadLineAsync(CancellationToken.None) is { } line)
        {
            if (int.TryParse(line, out var processId))
                processes.Track(processId);
        }

        await new RunEnd(processes).EndAllAsync();
        var deleted = await DeleteAsync(temporaryFolder);
        registrations.ForEach(registration => registration.Dispose());
        return deleted ? 0 : 1;
    }

    private static async Task<bool> DeleteAsync(string folder)
    {
        try
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"'{folder}' could not be deleted: {e.Message}");
            return false;
        }
    }
}
