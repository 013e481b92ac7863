using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>A short text that changes with a longer one.</summary>
internal static class Checksum
{
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
