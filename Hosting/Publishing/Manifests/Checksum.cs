using System.Security.Cryptography;
using System.Text;

namespace Aspire.Hosting.Publishing.Manifests;

/// <summary>A short text that changes with a longer one.</summary>
internal static class Checksum
{
    /// <summary>Of a pod: with another configuration it is another pod, so that the running ones are replaced.</summary>
    public const string Annotation = "checksum/config";

    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
