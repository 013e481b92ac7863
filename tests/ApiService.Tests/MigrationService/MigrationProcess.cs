using System.Diagnostics;
using CloudNative.MigrationService.Development;

namespace CloudNative.ApiService.Tests.MigrationService;

/// <summary>Runs the MigrationService to its end.</summary>
internal static class MigrationProcess
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        string database, string kafka, string environment, string? key, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(DevelopmentOptions).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_ENVIRONMENT"] = environment;
        start.Environment["ConnectionStrings__metering"] = database;
        start.Environment["ConnectionStrings__kafka"] = kafka;
        if (key is not null)
            start.Environment["Development__ApiKey"] = key;

        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var errors = process.StandardError.ReadToEndAsync(deadline.Token);
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output + await errors);
    }
}
