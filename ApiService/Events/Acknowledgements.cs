using CloudNative.ApiService.Backlog;
using Confluent.Kafka;

namespace CloudNative.ApiService.Events;

/// <summary>
/// Counts the answers of one request's records; the first failure decides. It goes on counting when the request has long been answered: until the last
/// record is in the log or given up, they keep their room in the backlog.
/// </summary>
internal sealed class Acknowledgements
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BacklogEntry _entry;
    private int _missing;

    public Acknowledgements(int expected, BacklogEntry entry)
    {
        (_missing, _entry) = (expected, entry);
        entry.Hold();
    }

    /// <summary>Done when all are durable; fails with a <see cref="KafkaException"/> as soon as one is not.</summary>
    public Task Completion => _completion.Task;

    public void Add(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError || report.Status != PersistenceStatus.Persisted)
            _completion.TrySetException(new KafkaException(report.Error));
        Answered(1);
    }

    /// <summary>For records that could not be handed over: nothing else will be heard of them.</summary>
    public void Fail(Exception cause, int records)
    {
        _completion.TrySetException(cause);
        Answered(records);
    }

    private void Answered(int records)
    {
        if (Interlocked.Add(ref _missing, -records) != 0)
            return;
        _entry.Release();
        _completion.TrySetResult();
    }
}
