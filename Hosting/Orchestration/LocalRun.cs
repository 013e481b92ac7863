using System.Security.Cryptography;

namespace Aspire.Hosting.Orchestration;

/// <summary>One run of an application: its id, and where its files are.</summary>
internal sealed class LocalRun : IDisposable
{
    private const string RunVariable = "CLOUDNATIVE_RUN";
    private const int IdLength = 10;
    private readonly string _appHostDirectory;

    public LocalRun(LocalRunOptions options)
    {
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

    /// <summary>The variables of a process of this run: with them the watchdog finds it and its descendants.</summary>
    public IReadOnlyDictionary<string, string?> Mark(IReadOnlyDictionary<string, string?> environment) =>
        new Dictionary<string, string?>(environment) { [RunVariable] = Id };

    public void Dispose()
    {
        try
        {
            if (Directory.Exists(TemporaryFolder))
                Directory.Delete(TemporaryFolder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that is still open, on Windows: the system's temporary folder is cleaned by the system.
        }
    }
}
