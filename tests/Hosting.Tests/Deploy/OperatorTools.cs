using Aspire.Hosting.Processes;
using CloudNative.Tests;

namespace CloudNative.Hosting.Tests.Deploy;

/// <summary>The programs that check what operators are given; each from PATH or, like those of <c>ClusterTools</c>, from <c>shared/tools</c>. Without one its tests are skipped, and say so.</summary>
internal static class OperatorTools
{
    public static Task<string> PromtoolAsync(CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync("promtool", "Debian's package prometheus brings it", arguments, cancellationToken);

    public static Task<string> AmtoolAsync(CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync("amtool", "Debian's package prometheus-alertmanager brings it", arguments, cancellationToken);

    public static Task<string> ActionlintAsync(CancellationToken cancellationToken, params string[] arguments) =>
        RunAsync("actionlint", "rhysd/actionlint", arguments, cancellationToken);

    /// <summary>What a program writes; it must succeed.</summary>
    public static async Task<string> RunAsync(string program, string origin, string[] arguments, CancellationToken cancellationToken)
    {
        var found = Find(program);
        Assert.SkipWhen(found is null, $"There is no {program} in CLOUDNATIVE_TOOLS, shared/tools or PATH ({origin}).");
        var lines = new List<string>();
        await using var process = LocalProcess.Start(new ProcessSpec(found!, arguments) { WorkingDirectory = MonitoringFiles.Root }, output =>
        {
            lock (lines)
                lines.Add(output.Line);
        });
        var exitCode = await process.Exit.WaitAsync(cancellationToken);
        var text = string.Join('\n', lines);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} failed: {text}");
        return text;
    }

    private static string? Find(string program) => Path.IsPathRooted(program) ? program : Folders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetEnvironmentVariable("CLOUDNATIVE_TOOLS") is { Length: > 0 } tools)
            yield return tools;
        for (var folder = new DirectoryInfo(MonitoringFiles.Root); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "shared", "tools");
        foreach (var folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator))
            yield return folder;
    }
}
