using Confluent.Kafka;

namespace CloudNative.ApiService.Events;

/// <summary>
/// A producer that is disposed when it was retired and nobody uses it any more: disposing frees native memory, which a call on another thread may
/// stand in.
/// </summary>
internal sealed class SharedProducer(IProducer<byte[], byte[]> producer)
{
    // One for not being retired, and one for each user.
    private int _references = 1;

    public bool Is(IProducer<byte[], byte[]> other) => ReferenceEquals(producer, other);

    /// <summary>False when it is retired and gone.</summary>
    public bool TryUse(Action<IProducer<byte[], byte[]>> use)
    {
        if (!TryReference())
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

    private bool TryReference()
    {
        while (Volatile.Read(ref _references) is > 0 and var references)
        {
            if (Interlocked.CompareExchange(ref _references, references + 1, references) == references)
                return true;
        }

        return false;
    }

    private void Release()
    {
        // On a thread of its own: disposing waits for the producer's thread, and this may be it.
        if (Interlocked.Decrement(ref _references) == 0)
            _ = Task.Run(producer.Dispose);
    }
}
