using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>
/// Lets a process have the processor only when others don't want it. Linux shares the processor among sessions first, and each
/// process of a run has its own (<see cref="NewSession"/>), so there its session's priority is what counts.
/// </summary>
internal static class LowPriority
{
    private const string Nice = "10";
    private const int Attempts = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>Never fails: a process with the usual priority is as good, only sooner.</summary>
    public static async Task GiveAsync(Process process)
    {
        try
        {
            var id = process.Id;
            process.PriorityClass = ProcessPriorityClass.BelowNormal;
            if (!OperatingSystem.IsLinux())
                return;

            // Until then it is still in the session of this process, which must keep its priority.
            for (var attempt = 0; attempt < Attempts && !LeadsSession(id); attempt++)
                await Task.Delay(Interval, CancellationToken.None);
            if (LeadsSession(id))
                await File.WriteAllTextAsync($"/proc/{id}/autogroup", Nice, CancellationToken.None);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or IOException or UnauthorizedAccessException)
        {
            // It has ended, or the kernel has no such groups.
        }
    }

    // "1234 (name) S parent group session …"
    private static bool LeadsSession(int id)
    {
        var text = File.ReadAllText($"/proc/{id}/stat");
        return text[(text.LastIndexOf(')') + 2)..].Split(' ')[3] == id.ToString();
    }
}
