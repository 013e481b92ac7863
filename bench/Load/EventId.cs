using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudNative.Bench.Load;

/// <summary>Ids of 26 characters that are spread as random ones are, so that no index is spared, and never come twice.</summary>
internal static class EventId
{
    public const int Length = 26;

    // Another one for each run, so that a run does not meet the ids of the one before it.
    private static readonly string Prefix = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", Length - 16);
    private static readonly byte[] PrefixBytes = Encoding.ASCII.GetBytes(Prefix);
    private static long _next;

    /// <summary>Takes so many numbers, and tells the first.</summary>
    public static long Take(int count) => Interlocked.Add(ref _next, count) - count;

    public static string Of(long number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Scramble(number):x16}");

    public static void Write(Span<byte> destination, long number)
    {
        PrefixBytes.CopyTo(destination);
        Scramble(number).TryFormat(destination[PrefixBytes.Length..], out _, "x16", CultureInfo.InvariantCulture);
    }

    /// <summary>A bijection of 64 bits (the finaliser of splitmix64).</summary>
    public static ulong Scramble(long number)
    {
        var z = unchecked((ulong)number * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>Times as events carry them: always 24 characters.</summary>
internal static class EventTime
{
    public const int Length = 24;

    private const string Format = "yyyy-MM-ddTHH:mm:ss.fffZ";

    public static string Of(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    public static void Write(Span<byte> destination, DateTimeOffset time) =>
        time.UtcDateTime.TryFormat(destination, out _, Format, CultureInfo.InvariantCulture);
}
