namespace Aspire.Hosting.Processes;

/// <summary>
/// Starts a process in a session of its own. A terminal's Ctrl+C reaches every process of the foreground group; only the AppHost
/// may hear it, because it stops the others in order. <c>setsid</c> becomes the program (no process stands in between).
/// </summary>
internal static class NewSession
{
    private static readonly string? Setsid =
        OperatingSystem.IsLinux() ? new[] { "/usr/bin/setsid", "/bin/setsid" }.FirstOrDefault(File.Exists) : null;

    public static (string FileName, IReadOnlyList<string> LeadingArguments) Wrap(string fileName) =>
        Setsid is null || !Exists(fileName) ? (fileName, []) : (Setsid, [fileName]);

    // A missing file must fail in Process.Start, with its own name, and not in setsid.
    private static bool Exists(string fileName) => fileName.Contains('/')
        ? File.Exists(fileName)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, fileName)));
}
