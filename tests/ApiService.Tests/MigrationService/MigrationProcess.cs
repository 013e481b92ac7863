using System.Diagnostics;
using System.Text;
using CloudNative.MigrationService.Development;

namespace CloudNative.ApiService.Tests.MigrationService;

/// <summary>Runs the MigrationService to its end.</summary>
internal static class MigrationProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    public static Task<(int ExitCode, string Output)> RunAsync(
        string database, string kafka, string environment, string? key, CancellationToken cancellationToken) =>
        RunAsync(database, kafka, environment, key is null ? [] : [("Development__ApiKey", key)], [], cancellationToken);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        string database, string kafka, string environment, (string Name, string Value)[] settings, string[] arguments,
        CancellationToken cancellationToken, Action<string>? onOutput = null)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(DevelopmentOptions).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = environment;
        start.Environment["ConnectionStrings__metering"] = database;
        start.Environment["ConnectionStrings__kafka"] = kafka;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;

        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var output = ReadAsync(process.StandardOutput, onOutput, deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output + await errors);
    }

    private static async Task<string> ReadAsync(StreamReader reader, Action<string>? onOutput, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            text.AppendLine(line);
            onOutput?.Invoke(line);
        }

        return text.ToString();
    }
}
