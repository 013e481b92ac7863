using System.Text.Json;

namespace CloudNative.Metering.Client;

/// <summary>An RFC 9457 problem as the API writes it.</summary>
internal sealed record Problem(string? Title, string? Detail, ProblemExtensions? Extensions)
{
    private const string ContentType = "application/problem+json";

    /// <summary>Null when the answer is none, as one of a proxy.</summary>
    public static async Task<Problem?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentType?.MediaType != ContentType)
            return null;
        try
        {
            return JsonSerializer.Deserialize<Problem>(await content.ReadAsByteArrayAsync(cancellationToken), ApiJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record ProblemExtensions(IReadOnlyList<ValidationError>? ValidationErrors);
