using System.Text.Json;
using CloudNative.ApiService.Json;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Binding;

/// <summary>Query parameters whose value is JSON.</summary>
internal static class JsonParameter
{
    /// <summary>Null when absent, and when it can't be read; then the error is added, which names the field inside.</summary>
    public static T? Read<T>(HttpRequest request, string parameter, ICollection<FieldError> errors) where T : class
    {
        // That it stands twice is an error already.
        if (request.Query[parameter] is not [{ } text])
            return null;

        try
        {
            return JsonSerializer.Deserialize<T>(text, ApiJson.Options(request.HttpContext)) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            var (field, code, message) = JsonErrors.Describe(e);
            errors.Add(new FieldError(field == JsonErrors.Body ? parameter : $"{parameter}.{field}", code, message));
        }

        return null;
    }
}
