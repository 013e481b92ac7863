using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CloudNative.ApiService.Json;

/// <summary>
/// JSON of the API: camelCase out, and in exactly as documented. A name that is misspelt, written in another case or twice is an error,
/// because a silently ignored field changes a number.
/// </summary>
internal static class ApiJson
{
    public static IServiceCollection AddApiJson(this IServiceCollection services) => services.ConfigureHttpJsonOptions(options =>
    {
        var json = options.SerializerOptions;
        json.PropertyNameCaseInsensitive = false;
        json.AllowDuplicateProperties = false;
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.NumberHandling = JsonNumberHandling.Strict;
        // An event of the deepest kind that is accepted (64 levels) is listed inside an array of objects.
        json.MaxDepth = 64 + 2;
        json.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        json.TypeInfoResolver = json.TypeInfoResolver?.WithAddedModifier(RefuseNulls);
        json.Converters.Add(new Rfc3339JsonConverter());
        json.Converters.Add(new JsonStringEnumConverter<HealthStatus>());
    });

    /// <summary>The serializer's own check of nulls is for all types or for none.</summary>
    private static void RefuseNulls(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => property.AttributeProvider?.IsDefined(typeof(NeverNullAttribute), inherit: true) is true))
        {
            if (property.Set is { } set)
                property.Set = (target, value) => set(target, value ?? throw new JsonException("Must not be null; leave it out instead."));
        }
    }

    public static JsonSerializerOptions Options(HttpContext context) =>
        context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
}
