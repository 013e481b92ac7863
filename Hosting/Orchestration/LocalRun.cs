using System.Security.Cryptography;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Processes.Watchdog;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>One run of an application: its id, and where its files are.</summary>
internal sealed partial class LocalRun : IProcessStarter, IDisposable, IAsyncDisposable
{
    private const int IdLength = 10;
    private readonly string _appHostDirectory;
    private readonly ILogger _logger;
    private readonly Lazy<RunWatchdog> _watchdog;

    public LocalRun(LocalRunOptions options, ILogger<LocalRun> logger)
    {
        _logger = logger;
        _appHostDirectory = options.AppHostDirectory;
        Id = RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyz23456789", IdLength);
        // Short, because the path of a Unix socket below it has at most 107 bytes.
        TemporaryFolder = Path.Combine(Path.GetTempPath(), $"cn-{Id}");
        _watchdog = new Lazy<RunWatchdog>(() => RunWatchdog.Start(Id, TemporaryFolder, LogProblem));
    }

    public string Id { get; }

    /// <summary>For files that end with the run.</summary>
    public string TemporaryFolder { get; }

    /// <summary>The folder of a resource that ends with the run.</summary>
    public string RunFolder(string resourceName) => Directory.CreateDirectory(Path.Combine(TemporaryFolder, resourceName)).FullName;

    /// <summary>The folder of a resource that outlives the run.</summary>
    public string DataFolder(string volumeName) => Path.Combine(_appHostDirectory, ".data", volumeName);

    /// <summary>From here on the run leaves nothing behind, even when this process is killed.</summary>
    /// <exception cref="ProcessStartException">The watchdog can't be started.</exception>
    public void Begin() => _ = _watchdog.Value;

    /// <summary>Starts a process that belongs to the run.</summary>
    public async Task<LocalProcess> StartAsync(ProcessSpec spec, Action<ProcessOutput> onOutput)
    {
        var process = LocalProcess.Start(_watchdog.Value.Mark(spec), onOutput);
        await _watchdog.Value.TrackAsync(process, CancellationToken.None);
        return process;
    }

    /// <summary>Ends what is left of the run, and deletes the temporary folder.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_watchdog.IsValueCreated)
            await _watchdog.Value.DisposeAsync();
        else if (Directory.Exists(TemporaryFolder))
            Directory.Delete(TemporaryFolder, recursive: true);
    }

    /// <summary>Leaves it to the watchdog to do so.</summary>
    public void Dispose()
    {
        if (_watchdog.IsValueCreated)
            _watchdog.Value.Dispose();
    }

    private void LogProblem(ProcessOutput output)
    {
        if (output.IsError)
            LogProblem(_logger, output.Line);
    }

    [LoggerMessage(LogLevel.Warning, "The run could not be cleared away: {Problem}")]
    private static partial void LogProblem(ILogger logger, string problem);
}
