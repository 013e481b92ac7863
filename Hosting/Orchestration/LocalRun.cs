using System.Security.Cryptography;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Processes.Watchdog;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>One run of an application: its id, and where its files are.</summary>
internal sealed partial class LocalRun : IDisposable, IAsyncDisposable
{
    private const int IdLength = 10;
    private readonly string _appHostDirectory;
    private readonly ILogger _logger;
    private RunWatchdog? _watchdog;

    public LocalRun(LocalRunOptions options, ILogger<LocalRun> logger)
    {
        _logger = logger;
        _appHostDirectory = options.AppHostDirectory;
        Id = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", IdLength);
        // Short, because the path of a Unix socket below it has at most 107 bytes.
        TemporaryFolder = Path.Combine(Path.GetTempPath(), $"cn-{Id}");
    }

    public string Id { get; }

    /// <summary>For files that end with the run.</summary>
    public string TemporaryFolder { get; }

    /// <summary>The folder of a resource that ends with the run.</summary>
    public string RunFolder(string resourceName) => Directory.CreateDirectory(Path.Combine(TemporaryFolder, resourceName)).FullName;

    /// <summary>The folder of a resource that outlives the run.</summary>
    public string DataFolder(string volumeName) => Path.Combine(_appHostDirectory, ".data", volumeName);

    /// <summary>From here on the run leaves nothing behind, even when this process is killed.</summary>
    public void Guard() => _watchdog ??= RunWatchdog.Start(Id, TemporaryFolder, LogProblem);

    /// <summary>Starts a process that belongs to the run.</summary>
    public async Task<LocalProcess> StartAsync(ProcessSpec spec, Action<ProcessOutput> onOutput)
    {
        if (_watchdog is null)
            return LocalProcess.Start(spec, onOutput);

        var process = LocalProcess.Start(_watchdog.Mark(spec), onOutput);
        await _watchdog.TrackAsync(process, CancellationToken.None);
        return process;
    }

    /// <summary>Deletes the temporary folder, after ending what is left of the run.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_watchdog is not null)
            await _watchdog.DisposeAsync();
    }

    /// <summary>Leaves it to the watchdog to do so.</summary>
    public void Dispose() => _watchdog?.Dispose();

    private void LogProblem(ProcessOutput output)
    {
        if (output.IsError)
            LogProblem(_logger, output.Line);
    }

    [LoggerMessage(LogLevel.Warning, "The run could not be cleared away: {Problem}")]
    private static partial void LogProblem(ILogger logger, string problem);
}
