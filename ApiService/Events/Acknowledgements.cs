using Confluent.Kafka;

namespace CloudNative.ApiService.Events;

/// <summary>Counts the answers of one request's records; the first failure decides.</summary>
internal sealed class Acknowledgements(int expected)
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = expected;

    /// <summary>Done when all are durable; fails with a <see cref="KafkaException"/> as soon as one is not.</summary>
    public Task Completion => _completion.Task;

    public void Add(DeliveryReport<byte[], byte[]> report)
    {
        if (report.Error.IsError || report.Status != PersistenceStatus.Persisted)
            _completion.TrySetException(new KafkaException(report.Error));
        else if (Interlocked.Decrement(ref _missing) == 0)
            _completion.TrySetResult();
    }
}
