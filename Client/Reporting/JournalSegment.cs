using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace CloudNative.Metering.Client.Reporting;

/// <summary>A file of the journal. It is deleted once it is full and all of its events are settled.</summary>
internal sealed partial class JournalSegment(string path, ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private SafeFileHandle? _file;
    private int _unsettled;
    private bool _isFull;

    public long Length { get; private set; }

    public static JournalSegment Create(string path, ILogger logger) => new(path, logger)
    {
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous),
    };

    /// <summary>Writes lines that hold so many events; when this completes they are on the disk.</summary>
    public async Task AppendAsync(ReadOnlyMemory<byte> lines, int events, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(_file!, lines, Length, cancellationToken);
        RandomAccess.FlushToDisk(_file!);
        Length += lines.Length;
        Add(events);
    }

    /// <summary>Counts events that lie in the file.</summary>
    public void Add(int events)
    {
        lock (_lock)
            _unsettled += events;
    }

    public void Settle()
    {
        lock (_lock)
        {
            _unsettled--;
            DeleteIfDone();
        }
    }

    /// <summary>No event comes to it any more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isFull = true;
            Dispose();
            DeleteIfDone();
        }
    }

    public void Dispose() => _file?.Dispose();

    private void DeleteIfDone()
    {
        if (!_isFull || _unsettled > 0)
            return;
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Its events count once, however often they are sent: a file too many must not hold up others.
            LogNotDeleted(path, e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{File} can't be deleted; the next process sends its events again, which counts nothing twice")]
    private partial void LogNotDeleted(string file, Exception exception);
}
