using System.Security.Cryptography;
using System.Text;

namespace CloudNative.Metering.ApiKeys;

/// <summary>
/// The stored form of a key. Keys are random, so a fast hash is enough (a slow one protects guessable passwords), and looking
/// the hash up tells an attacker's clock nothing about the key.
/// </summary>
public static class ApiKeyHash
{
    public const int Length = SHA256.HashSizeInBytes;

    /// <summary>Longer keys are refused before they are hashed.</summary>
    public const int MaxKeyLength = 256;

    private const int MaxPrefixLength = 8;

    public static byte[] Of(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>What may be shown of a key: its start, never more than half of it.</summary>
    public static string Prefix(string key) => key[..Math.Min(MaxPrefixLength, key.Length / 2)];
}
