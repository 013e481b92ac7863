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
}

/// <summary>A record that could not be counted, with its original bytes and its place in the log.</summary>
internal sealed record DeadLetter(PartitionClaim Claim, IngestRecord Record, Rejection Rejection);
