using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Servers.Kafka;

/// <summary>A Java runtime.</summary>
internal sealed partial record Java(string Program, int MajorVersion)
{
    public const int OldestMajorVersion = 17;

    /// <summary>JAVA_HOME's, else PATH's; null when there is none that is new enough.</summary>
    public static async Task<Java?> FindAsync(CancellationToken cancellationToken)
    {
        var home = Environment.GetEnvironmentVariable("JAVA_HOME");
        var program = OperatingSystem.IsWindows() ? "java.exe" : "java";
        string[] candidates = string.IsNullOrEmpty(home) ? [program] : [Path.Combine(home, "bin", program), program];
        foreach (var candidate in candidates)
        {
            if (await TryReadAsync(candidate, cancellationToken) is { MajorVersion: >= OldestMajorVersion } java)
                return java;
        }

        return null;
    }

    private static async Task<Java?> TryReadAsync(string program, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "-version") { RedirectStandardError = true, UseShellExecute = false })!;
            var version = VersionPattern().Match(await process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return version.Success ? new Java(program, int.Parse(version.ValueSpan)) : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    // openjdk version "17.0.15" 2025-04-15
    [GeneratedRegex("(?<=version \")\\d+")]
    private static partial Regex VersionPattern();
}
