using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace CloudNative.ApiService.Tests;

/// <summary>JSON as a client that knows no .NET sends and reads it.</summary>
internal static class Json
{
    public static StringContent Content(string json, string contentType = "application/json")
    {
        var content = new StringContent(json, Encoding.UTF8);
        content.Headers.ContentType = contentType.Length == 0 ? null : MediaTypeHeaderValue.Parse(contentType);
        return content;
    }

    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return document.RootElement.Clone();
    }

    public static string? Text(this JsonElement element, string property) => element.GetProperty(property).GetString();
}
