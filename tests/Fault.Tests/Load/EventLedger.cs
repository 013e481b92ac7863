using System.Collections.Concurrent;
using System.Globalization;

namespace CloudNative.Fault.Tests.Load;

/// <summary>What the client knows of one attempt.</summary>
internal enum Outcome
{
    /// <summary>204: it must count once.</summary>
    Acknowledged,

    /// <summary>4xx: it must not count.</summary>
    Refused,

    /// <summary>503 with Retry-After, in time: it may be there or not, and is sent again.</summary>
    Deferred,

    /// <summary>A broken connection, no answer: it may be there or not, and is sent again.</summary>
    Unknown,

    /// <summary>Any other answer: the API must not give it.</summary>
    Faulty,
}

/// <summary>
/// Every attempt to send every event, in order, with its result; nothing is ever changed. It stands in a file too, which stays when the test fails.
/// </summary>
internal sealed class EventLedger : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<string, SentEvent> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SentEvent> _sent = new(StringComparer.Ordinal);
    private readonly StreamWriter _file;

    public EventLedger()
    {
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"fault-ledger-{Guid.NewGuid():N}.csv");
        _file = new StreamWriter(Path);
    }

    public string Path { get; }

    /// <summary>By id: what must be counted, each once.</summary>
    public IReadOnlyDictionary<string, SentEvent> Acknowledged => _acknowledged;

    /// <summary>By id: all that was ever sent.</summary>
    public IReadOnlyDictionary<string, SentEvent> Sent => _sent;

    public long Attempts { get; private set; }

    public long AcknowledgedAttempts { get; private set; }

    /// <summary>Those that may be there or not, whatever the client was told.</summary>
    public long UnknownAttempts { get; private set; }

    /// <summary>Of those, the ones that the API told to come again.</summary>
    public long DeferredAttempts { get; private set; }

    public void Append(IReadOnlyCollection<SentEvent> events, Outcome outcome, string detail)
    {
        lock (_lock)
        {
            Attempts += events.Count;
            AcknowledgedAttempts += outcome == Outcome.Acknowledged ? events.Count : 0;
            UnknownAttempts += outcome is Outcome.Unknown or Outcome.Deferred ? events.Count : 0;
            DeferredAttempts += outcome == Outcome.Deferred ? events.Count : 0;
            foreach (var sent in events)
            {
                _sent[sent.Id] = sent;
                if (outcome == Outcome.Acknowledged)
                    _acknowledged[sent.Id] = sent;
                _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent.Id},{sent.Subject},{sent.Region},{sent.Time:O},{sent.Value},{outcome},{detail}"));
            }
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        if (TestContext.Current.TestState?.Result != TestResult.Failed)
            File.Delete(Path);
    }
}
