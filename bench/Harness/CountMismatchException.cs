namespace CloudNative.Bench.Harness;

/// <summary>What was counted is not what was sent.</summary>
internal sealed class CountMismatchException(string message) : Exception(message)
{
    public static void ThrowUnless(long expected, long actual, string what)
    {
        if (expected != actual)
            throw new CountMismatchException($"{what}: expected {expected:N0}, but there are {actual:N0}.");
    }
}
