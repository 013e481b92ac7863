using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Validation;

namespace CloudNative.Metering.Rollups;

/// <summary>A meter made ready to count: paths parsed once, asked for every event of its type.</summary>
public sealed class CountingMeter
{
    private const char Replacement = '\uFFFD';

    private readonly JsonPath? _value;
    private readonly JsonPath[] _dimensions;
    private readonly Aggregation _aggregation;

    public CountingMeter(Meter meter)
    {
        Id = meter.Generation;
        TenantId = meter.TenantId;
        Slug = meter.Slug;
        EventType = meter.EventType;
        EventFrom = meter.EventFrom;
        _aggregation = meter.Aggregation;
        _value = meter.ValueProperty is { } path ? JsonPath.Parse(path) : null;
        _dimensions = [.. meter.GroupBy.Values.Select(JsonPath.Parse)];
    }

    /// <summary>The meter's generation: what its series are kept under.</summary>
    public Ulid Id { get; }

    public Ulid TenantId { get; }

    public string Slug { get; }

    public string EventType { get; }

    /// <summary>Events before this time are not counted; null counts all.</summary>
    public DateTimeOffset? EventFrom { get; }

    /// <summary>Whether it looks at an event's data at all.</summary>
    public bool ReadsData => _value is not null || _dimensions.Length > 0;

    /// <summary>What the event adds to the meter; false, with the reason in words, when it adds nothing.</summary>
    public bool TryCount(
        string subject, DateTimeOffset time, JsonElement data,
        [NotNullWhen(true)] out Contribution? contribution, [NotNullWhen(false)] out string? reason)
    {
        contribution = null;
        if (time < EventFrom)
        {
            reason = $"meter '{Slug}' counts events from {EventFrom:O}";
            return false;
        }

        decimal? value = null;
        string? text = null;
        if (_value is not null && !TryReadValue(_value, data, out value, out text, out reason))
            return false;

        reason = null;
        contribution = new Contribution(Id, _aggregation, subject, [.. _dimensions.Select(path => ReadDimension(path, data))], value, text);
        return true;
    }

    /// <summary>Sets the number, or the text where the meter counts distinct texts.</summary>
    private bool TryReadValue(JsonPath path, JsonElement data, out decimal? value, out string? text, [NotNullWhen(false)] out string? reason)
    {
        (value, text, reason) = (null, null, null);
        if (data.ValueKind != JsonValueKind.Object || !path.TryEvaluate(data, out var element) || element.ValueKind == JsonValueKind.Null)
            reason = $"meter '{Slug}': no value at {path}";
        else if (_aggregation == Aggregation.UniqueCount)
            text = Text(element);
        else if (element.ValueKind is not (JsonValueKind.Number or JsonValueKind.String))
            reason = $"meter '{Slug}': the value at {path} is not a number";
        else if (!ExactDecimal.TryParse(Text(element), out var number))
            reason = $"meter '{Slug}': the value at {path} is not a number of at most {ExactDecimal.MaxDigits} digits";
        else
            value = number;
        return reason is null;
    }

    private static string ReadDimension(JsonPath path, JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && path.TryEvaluate(data, out var element) && element.ValueKind != JsonValueKind.Null
            ? StorableText.Of(Text(element))
            : "";

    private static string Text(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.String)
            return element.GetRawText();
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // An unpaired surrogate: valid JSON, but no text.
            return Replacement.ToString();
        }
    }
}
