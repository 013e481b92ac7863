using System.Security.Cryptography;

namespace CloudNative.Metering.ApiKeys;

/// <summary>Makes the secrets that clients send; each is shown once, when it is made.</summary>
public static class ApiKeySecret
{
    /// <summary>Tells people, and scanners for leaked secrets, whose it is.</summary>
    public const string Mark = "cnm_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>238 bits: nobody guesses one, so a fast hash keeps it (see <see cref="ApiKeyHash"/>).</summary>
    private const int Length = 40;

    public static string New(string mark = Mark) => mark + RandomNumberGenerator.GetString(Alphabet, Length);
}
