using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Meters;

/// <summary>Names an answer by what it says. It is made anew for each request, so it is never older than the figures; what a 304 saves is the way to the client.</summary>
internal static class UsageETag
{
    private const int HashBytes = 16;

    /// <summary>Sets the answer's ETag, and tells whether the client has that answer.</summary>
    public static bool IsKnown(HttpContext context, ReadOnlySequence<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var piece in body)
            hash.AppendData(piece.Span);
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, HashBytes))}\"");
        context.Response.Headers.ETag = tag.ToString();
        context.Response.Headers.CacheControl = "private, no-cache";
        return context.Request.GetTypedHeaders().IfNoneMatch
            .Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }
}
