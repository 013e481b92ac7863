using System.Globalization;
using System.Threading.Channels;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The lines of one process: the last ones, and all from now on for whoever watches.</summary>
internal sealed class ResourceLog(string resourceId, TimeProvider clock)
{
    // As many as Aspire keeps.
    private const int Capacity = 10_000;

    private readonly Lock _gate = new();
    private readonly Queue<LogLine> _backlog = new();
    private readonly List<Channel<IReadOnlyList<LogLine>>> _watchers = [];
    private int _count;
    private bool _completed;

    public string ResourceId { get; } = resourceId;

    /// <summary>Called for each line, without its time, before any watcher sees it.</summary>
    public event Action<string, bool>? Written;

    public void Write(string line, bool isError)
    {
        Written?.Invoke(line, isError);
        var time = clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", CultureInfo.InvariantCulture);
        lock (_gate)
        {
            var written = new LogLine(++_count, $"{time} {line}", isError);
            _backlog.Enqueue(written);
            if (_backlog.Count > Capacity)
                _backlog.Dequeue();
            foreach (var watcher in _watchers)
                watcher.Writer.TryWrite([written]);
        }
    }

    public IReadOnlyList<LogLine> Backlog()
    {
        lock (_gate)
            return [.. _backlog];
    }

    public void Clear()
    {
        lock (_gate)
            _backlog.Clear();
    }

    /// <summary>Nothing is written any more: ends every watch.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            _completed = true;
            foreach (var watcher in _watchers)
                watcher.Writer.TryComplete();
        }
    }

    public Channel<IReadOnlyList<LogLine>> Subscribe()
    {
        var channel = Channel.CreateUnbounded<IReadOnlyList<LogLine>>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate)
        {
            if (_backlog.Count > 0)
                channel.Writer.TryWrite([.. _backlog]);
            if (_completed)
                channel.Writer.TryComplete();
            _watchers.Add(channel);
        }

        return channel;
    }

    public void Unsubscribe(Channel<IReadOnlyList<LogLine>> channel)
    {
        lock (_gate)
            _watchers.Remove(channel);
    }
}
