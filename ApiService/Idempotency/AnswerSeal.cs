using System.Security.Cryptography;
using System.Text;

namespace CloudNative.ApiService.Idempotency;

/// <summary>
/// Hides a kept answer that holds a secret from everybody but its caller: the key that opens it is made of the caller's own API key, which is nowhere stored, so
/// who reads the database finds no secret in it.
/// </summary>
internal sealed class AnswerSeal(string apiKey, byte[] fingerprint)
{
    private const int KeyBytes = 32;

    private static readonly int NonceBytes = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagBytes = AesGcm.TagByteSizes.MaxSize;
    private static readonly byte[] Purpose = "cloudnative:idempotency:answer:1"u8.ToArray();

    private readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(apiKey), KeyBytes, fingerprint, Purpose);

    /// <summary>Nonce, tag, and the answer as AES-256-GCM encrypts it.</summary>
    public byte[] Close(byte[] answer)
    {
        var closed = new byte[NonceBytes + TagBytes + answer.Length];
        var nonce = closed.AsSpan(0, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key, TagBytes);
        aes.Encrypt(nonce, answer, closed.AsSpan(NonceBytes + TagBytes), closed.AsSpan(NonceBytes, TagBytes));
        return closed;
    }

    /// <exception cref="AuthenticationTagMismatchException">It was closed for another caller or another request.</exception>
    public byte[] Open(byte[] closed)
    {
        var answer = new byte[closed.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_key, TagBytes);
        aes.Decrypt(closed.AsSpan(0, NonceBytes), closed.AsSpan(NonceBytes + TagBytes), closed.AsSpan(NonceBytes, TagBytes), answer);
        return answer;
    }
}
