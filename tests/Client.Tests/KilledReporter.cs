using System.Diagnostics;

namespace CloudNative.Metering.Client.Tests;

/// <summary>This program again, as a service that reports events to an API that is away, and writes the id of each that was taken over.</summary>
internal static class KilledReporter
{
    private const string FolderVariable = "KILLED_REPORTER_FOLDER";

    /// <summary>Null when this program is the tests.</summary>
    public static string? Folder => Environment.GetEnvironmentVariable(FolderVariable);

    public static Process Start(string folder) => Process.Start(new ProcessStartInfo
    {
        FileName = "dotnet",
        ArgumentList = { typeof(KilledReporter).Assembly.Location },
        Environment = { [FolderVariable] = folder },
        RedirectStandardOutput = true,
    })!;

    /// <summary>Runs until it is killed.</summary>
    public static async Task RunAsync(string folder)
    {
        using var api = new StubApi { Answer = (_, _) => null };
        await using var host = new ClientHost(api, options => options.BufferFolder = folder);
        var reporter = host.Reporter;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var n = 0; ; n++)
            {
                await reporter.ReportAsync(ClientHost.Event($"{writer}-{n}"), CancellationToken.None);
                lock (folder)
                    Console.WriteLine($"{writer}-{n}");
            }
        }));
    }
}
