using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace CloudNative.Metering.Database;

/// <summary>A map of texts as jsonb, always read in ordinal order of its keys.</summary>
internal static class JsonTextMap
{
    public sealed class Converter() : ValueConverter<IReadOnlyDictionary<string, string>, string>(
        map => Write(map),
        json => Read(json));

    public sealed class Comparer() : ValueComparer<IReadOnlyDictionary<string, string>>(
        (left, right) => left == right || (left != null && right != null && Same(left, right)),
        map => map.Count,
        map => new SortedDictionary<string, string>(map.ToDictionary(), StringComparer.Ordinal));

    /// <summary>The map as it is kept, of checked entries.</summary>
    public static SortedDictionary<string, string> Ordered(IReadOnlyDictionary<string, string?>? entries) =>
        new((entries ?? new Dictionary<string, string?>()).ToDictionary(entry => entry.Key, entry => entry.Value!), StringComparer.Ordinal);

    public static string Write(IReadOnlyDictionary<string, string> map) => JsonSerializer.Serialize(map, JsonSerializerOptions.Default);

    private static SortedDictionary<string, string> Read(string json) =>
        new(JsonSerializer.Deserialize<Dictionary<string, string>>(json)!, StringComparer.Ordinal);

    private static bool Same(IReadOnlyDictionary<string, string> left, IReadOnlyDictionary<string, string> right) =>
        left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var value) && value == entry.Value);
}
