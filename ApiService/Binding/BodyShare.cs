using System.Numerics;

namespace CloudNative.ApiService.Binding;

/// <summary>What one request took of <see cref="BodyMemory"/>, until it is answered: what its body became is kept as long as that.</summary>
internal sealed class BodyShare(BodyMemory memory)
{
    /// <summary>Also what a request costs beside its body.</summary>
    public const int Least = 8 * 1024;

    private long _bytes;

    /// <summary>Takes what a buffer of that size takes, unless the share is as large already.</summary>
    public bool TryReach(long bytes)
    {
        // The pool's buffers have the lengths of powers of two.
        var size = (long)BitOperations.RoundUpToPowerOf2((ulong)Math.Max(bytes, Least));
        if (size <= _bytes)
            return true;
        if (!memory.TryTake(size - _bytes))
            return false;
        _bytes = size;
        return true;
    }

    public void Return()
    {
        memory.Return(_bytes);
        _bytes = 0;
    }
}

/// <summary>The bodies of other requests take all memory that there is for them: the answer is 503 with <c>Retry-After</c>.</summary>
internal sealed class BodyMemoryFullException() : Exception("The bodies of other requests take all memory that there is for them.");
