using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Servers.Postgres;

/// <summary>A folder with the programs of one PostgreSQL version.</summary>
internal sealed partial record PostgresBinaries(string Folder, string Version, int MajorVersion)
{
    public string Initdb => Program(Folder, "initdb");

    public string Postgres => Program(Folder, "postgres");

    /// <summary>Reads the version from the server itself; null when the folder has no usable server.</summary>
    public static async Task<PostgresBinaries?> TryReadAsync(string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists(Program(folder, "initdb")) || !File.Exists(Program(folder, "postgres")))
            return null;

        using var process = TryStart(new ProcessStartInfo(Program(folder, "postgres"), "--version")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        });
        if (process is null)
            return null;

        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var version = VersionPattern().Match(output);
        return process.ExitCode == 0 && version.Success ? new PostgresBinaries(folder, output[version.Index..].Trim(), int.Parse(version.ValueSpan)) : null;
    }

    // Null for a program of another system: npm's are for glibc, and musl doesn't run them.
    private static Process? TryStart(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string Program(string folder, string name) =>
        Path.Combine(folder, OperatingSystem.IsWindows() ? $"{name}.exe" : name);

    // "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "postgres (PostgreSQL) 19beta1"
    [GeneratedRegex(@"(?<=\(PostgreSQL\) )\d+")]
    private static partial Regex VersionPattern();
}
