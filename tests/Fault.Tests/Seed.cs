using System.Globalization;

namespace CloudNative.Fault.Tests;

/// <summary>Where the random moments come from: FAULT_SEED, or a new one each run; every test prints it.</summary>
internal static class Seed
{
    public static int Value { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("FAULT_SEED"), CultureInfo.InvariantCulture, out var chosen) ? chosen : global::System.Random.Shared.Next(1_000_000);

    /// <summary>The same numbers for the same seed and purpose.</summary>
    public static Random Random(string purpose)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"FAULT_SEED={Value}");
        return new Random(HashCode(purpose));
    }

    // string.GetHashCode differs from process to process.
    private static int HashCode(string purpose) => purpose.Aggregate(Value, (hash, character) => unchecked((hash * 31) + character));
}
