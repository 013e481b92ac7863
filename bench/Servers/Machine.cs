using System.Globalization;
using System.Runtime.InteropServices;

namespace CloudNative.Bench.Servers;

/// <summary>What the program runs on.</summary>
internal sealed record Machine(string Processor, int Cores, double MemoryGiB, string Kernel, string LoadAverage)
{
    public static Machine Read() => new(
        Value("/proc/cpuinfo", "model name") ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        double.Parse(Value("/proc/meminfo", "MemTotal")?.Split(' ')[0] ?? "0", CultureInfo.InvariantCulture) / (1024 * 1024),
        $"{RuntimeInformation.OSDescription}, kernel {Text("/proc/sys/kernel/osrelease")}",
        string.Join(' ', Text("/proc/loadavg").Split(' ').Take(3)));

    private static string Text(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "unknown";

    private static string? Value(string file, string key) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        : null;
}
