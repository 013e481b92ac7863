using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;

namespace CloudNative.ApiService.Events;

/// <summary>
/// A producer that is disposed when it was retired, nobody uses it any more, and it has answered for its records: disposing frees native memory, which a
/// call on another thread may stand in, and no record is answered for afterwards.
/// </summary>
internal sealed class SharedProducer(IProducer<byte[], byte[]> producer)
{
    // Longer than a record may wait for the broker.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // One for not being retired, and one for each user.
    private readonly ReferenceCount _references = new();

    public bool Is(IProducer<byte[], byte[]> other) => ReferenceEquals(producer, other);

    /// <summary>False when it is retired and gone.</summary>
    public bool TryUse(Action<IProducer<byte[], byte[]>> use)
    {
        if (!_references.TryAdd())
            return false;
        try
        {
            use(producer);
            return true;
        }
        finally
        {
            Release();
        }
    }

    public void Retire() => Release();

    private void FlushAndDispose()
    {
        try
        {
            producer.Flush(Patience);
        }
        finally
        {
            producer.Dispose();
        }
    }

    private void Release()
    {
        // On a thread of its own: disposing waits for the producer's thread, and this may be it.
        if (_references.Release())
            _ = Task.Run(FlushAndDispose);
    }
}
