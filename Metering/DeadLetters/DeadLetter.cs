using System.Text.Json;
using CloudNative.Metering.Events;

namespace CloudNative.Metering.DeadLetters;

/// <summary>The reasons of dead letters; stored, so none is ever renamed.</summary>
public static class DeadLetterReason
{
    /// <summary>The record has no header that names its tenant, or one that no tenant has.</summary>
    public const string UnknownTenant = "unknown_tenant";

    /// <summary>The record's value is not a CloudEvent that the contract allows.</summary>
    public const string InvalidEvent = "invalid_event";

    /// <summary>PostgreSQL refused the event.</summary>
    public const string StoreRefused = "store_refused";

    public static readonly IReadOnlyList<string> All = [UnknownTenant, InvalidEvent, StoreRefused];
}

/// <summary>A record that could not be counted, with its original bytes and its place in the log.</summary>
internal sealed record DeadLetter(PartitionClaim Claim, IngestRecord Record, Rejection Rejection)
{
    /// <summary>The key of the (source, id) that the bytes show, however wrong they are otherwise; null where they show none.</summary>
    public Guid? EventKey()
    {
        try
        {
            using var document = JsonDocument.Parse(Record.Value);
            return Text(document.RootElement, "source") is { } source && Text(document.RootElement, "id") is { } id
                ? UsageEventKey.Of(Record.TenantId, source, id)
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or an unpaired surrogate: nobody can ask for it by name.
            return null;
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
