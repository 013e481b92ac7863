namespace CloudNative.ServiceDefaults.Kafka;

/// <summary>How many still use a thing; it counts its owner from the start. Whoever releases the last reference frees the thing.</summary>
public sealed class ReferenceCount
{
    private int _references = 1;

    /// <summary>False when the last reference is gone.</summary>
    public bool TryAdd()
    {
        while (Volatile.Read(ref _references) is > 0 and var references)
        {
            if (Interlocked.CompareExchange(ref _references, references + 1, references) == references)
                return true;
        }

        return false;
    }

    /// <summary>True for the last reference.</summary>
    public bool Release() => Interlocked.Decrement(ref _references) == 0;
}
