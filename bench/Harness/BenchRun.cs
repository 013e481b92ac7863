using System.Diagnostics;
using CloudNative.Bench.Reports;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Harness;

/// <summary>Starts the servers, runs the cases, reports.</summary>
internal sealed class BenchRun(BenchOptions options)
{
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        if (!options.IsQuick && Conditions.Build != "Release")
            return await RefuseAsync("Figures of a Debug build mean nothing. Run it with: dotnet run -c Release --project bench");

        try
        {
            await using var servers = await DataServers.StartAsync(cancellationToken);
            await using var broker = await Broker.StartAsync(options.WithApacheKafka, cancellationToken);
            var databases = await Databases.PrepareAsync(servers, broker, cancellationToken);
            await using var bench = new Workbench(options.Sizes, servers, broker, databases);
            var conditions = await Conditions.ReadAsync(bench, options.IsQuick, cancellationToken);
            ConsoleReport.Write(conditions);
            return await RunCasesAsync(bench, conditions, cancellationToken);
        }
        catch (DistributedApplicationException e)
        {
            return await RefuseAsync(e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return await RefuseAsync("Stopped.");
        }
    }

    private async Task<int> RunCasesAsync(Workbench bench, Conditions conditions, CancellationToken cancellationToken)
    {
        var results = new List<(ICase Case, CaseResult Result)>();
        foreach (var one in options.Cases)
        {
            var started = Stopwatch.GetTimestamp();
            var result = await RunCaseAsync(one, bench, cancellationToken);
            results.Add((one, result));
            ConsoleReport.Write(one, result, Stopwatch.GetElapsedTime(started));
        }

        ConsoleReport.Write(bench.Figures);
        if (options.JsonFile is { } json)
            await JsonReport.WriteAsync(json, conditions, results, bench.Figures, cancellationToken);
        foreach (var markdown in options.MarkdownFiles)
            await MarkdownReport.WriteAsync(markdown, conditions, results, bench.Figures, cancellationToken);
        return Judge([.. results.Select(result => result.Result)]);
    }

    private static async Task<CaseResult> RunCaseAsync(ICase one, Workbench bench, CancellationToken cancellationToken)
    {
        try
        {
            return await one.RunAsync(bench, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The other cases are measured all the same; this one is FAIL, and so is the run.
            return CaseResult.Failed(e is CountMismatchException ? e.Message : e.ToString());
        }
    }

    private int Judge(IReadOnlyList<CaseResult> results)
    {
        if (results.Any(result => result.Failure is not null))
            return ExitCode.Failed;
        return !options.IsQuick && results.Any(result => result.MissesFloor) ? ExitCode.FloorMissed : ExitCode.Good;
    }

    private static async Task<int> RefuseAsync(string reason)
    {
        await Console.Error.WriteLineAsync(reason);
        return ExitCode.NotRun;
    }
}
