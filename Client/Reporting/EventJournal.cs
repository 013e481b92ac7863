using System.Buffers;
using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CloudNative.Metering.Client.Reporting;

/// <summary>
/// Keeps events on disk until they are settled. Files are only appended to; whatever is handed in while the disk is busy goes there together, with one fsync.
/// </summary>
internal sealed partial class EventJournal : IAsyncDisposable
{
    private const string Extension = ".events";
    private const int MaxSegmentBytes = 1024 * 1024;

    private readonly string _folder;
    private readonly FileStream _owner;
    private readonly ILogger _logger;
    private readonly Action<PendingEvent> _taken;
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Task _writing;
    private long _lastNumber;
    private JournalSegment? _segment;

    /// <param name="folder">Made when it is missing.</param>
    /// <param name="taken">Is handed each event once it is on the disk.</param>
    /// <param name="logger">Hears of damage.</param>
    /// <exception cref="IOException">Another process uses the folder, or it can't be written to.</exception>
    public EventJournal(string folder, Action<PendingEvent> taken, ILogger logger)
    {
        (_folder, _taken, _logger) = (folder, taken, logger);
        Directory.CreateDirectory(folder);
        _owner = LockFolder(folder);
        _lastNumber = Segments().LastOrDefault().Number;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>What another process left, oldest first. To be asked for once, before the first event is added.</summary>
    public IReadOnlyList<(byte[] Json, JournalSegment Segment)> Recover()
    {
        var left = new List<(byte[] Json, JournalSegment Segment)>();
        foreach (var (path, _) in Segments().ToList())
        {
            var (events, damaged) = JournalLine.ReadAll(File.ReadAllBytes(path));
            if (damaged > 0)
                LogDamaged(path, damaged, events.Count);
            var segment = new JournalSegment(path, _logger);
            segment.Add(events.Count);
            segment.Close();
            left.AddRange(events.Select(json => (json, segment)));
        }

        return left;
    }

    /// <summary>When this completes the event is on the disk.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public Task AddAsync(PendingEvent pending, CancellationToken cancellationToken)
    {
        var entry = new Entry(pending, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        ObjectDisposedException.ThrowIf(!_entries.Writer.TryWrite(entry), this);
        return entry.Written.Task.WaitAsync(cancellationToken);
    }

    /// <summary>No event comes any more; those that did are on the disk when this completes.</summary>
    public Task CompleteAsync()
    {
        _entries.Writer.TryComplete();
        return _writing;
    }

    public async ValueTask DisposeAsync()
    {
        await CompleteAsync();
        _segment?.Close();
        await _owner.DisposeAsync();
    }

    private static FileStream LockFolder(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"The buffer folder '{folder}' can't be had for this process alone (BufferFolder): {e.Message}", e);
        }
    }

    private async Task WriteAsync()
    {
        var lines = new ArrayBufferWriter<byte>();
        var entries = new List<Entry>();
        while (await _entries.Reader.WaitToReadAsync(CancellationToken.None))
        {
            lines.ResetWrittenCount();
            entries.Clear();
            while (lines.WrittenCount < MaxSegmentBytes && _entries.Reader.TryRead(out var entry))
            {
                JournalLine.Write(lines, entry.Event.Json);
                entries.Add(entry);
            }

            await AppendAsync(lines.WrittenMemory, entries);
        }
    }

    private async Task AppendAsync(ReadOnlyMemory<byte> lines, List<Entry> entries)
    {
        try
        {
            _segment ??= JournalSegment.Create(Path.Combine(_folder, $"{++_lastNumber:d12}{Extension}"), _logger);
            await _segment.AppendAsync(lines, entries.Count, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is in the file now nobody knows: nothing is written behind it.
            CloseSegment();
            entries.ForEach(entry => entry.Written.SetException(new IOException($"The buffer folder '{_folder}' does not take events: {e.Message}", e)));
            return;
        }

        foreach (var (pending, written) in entries)
        {
            pending.Segment = _segment;
            _taken(pending);
            written.SetResult();
        }

        if (_segment.Length >= MaxSegmentBytes)
            CloseSegment();
    }

    private void CloseSegment()
    {
        _segment?.Close();
        _segment = null;
    }

    private IEnumerable<(string Path, long Number)> Segments() =>
        from path in Directory.EnumerateFiles(_folder, $"*{Extension}")
        let number = long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : 0
        where number > 0
        orderby number
        select (path, number);

    [LoggerMessage(1, LogLevel.Warning, "{File}: {Damaged} bytes are no whole event, as after a crash; the {Events} events beside them are sent")]
    private partial void LogDamaged(string file, int damaged, int events);

    private sealed record Entry(PendingEvent Event, TaskCompletionSource Written);
}
