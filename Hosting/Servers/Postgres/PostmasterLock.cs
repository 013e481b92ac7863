using System.Diagnostics;

namespace Aspire.Hosting.Servers.Postgres;

/// <summary>
/// The file that a PostgreSQL server leaves in its data folder when it is killed. PostgreSQL itself believes such a file when its
/// process id belongs to any process again, which is common in containers.
/// </summary>
internal static class PostmasterLock
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Removes a stale file. A server that the watchdog of a killed run is still ending is waited for, as long as <paramref name="patience"/>.</summary>
    /// <exception cref="DistributedApplicationException">Another run uses the data folder.</exception>
    public static async Task ReleaseAsync(string dataFolder, TimeSpan patience, CancellationToken cancellationToken)
    {
        var file = Path.Combine(dataFolder, "postmaster.pid");
        var started = Stopwatch.GetTimestamp();
        while (Owner(file) is { } owner)
        {
            if (Stopwatch.GetElapsedTime(started) > patience)
                throw new DistributedApplicationException(
                    $"The PostgreSQL with process id {owner} uses '{dataFolder}'. Another run keeps its data there: stop it first, or run without a data volume.");
            await Task.Delay(Interval, cancellationToken);
        }

        File.Delete(file);
    }

    private static int? Owner(string file)
    {
        if (!File.Exists(file) || !int.TryParse(File.ReadLines(file).FirstOrDefault(), out var id))
            return null;

        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName.StartsWith("postgres", StringComparison.Ordinal) ? id : null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
