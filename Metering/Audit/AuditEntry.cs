namespace CloudNative.Metering.Audit;

/// <summary>Who acts: a key, within its tenant.</summary>
public sealed record Actor(Ulid TenantId, Ulid ApiKeyId);

/// <summary>The actions that are audited; stored, so none is ever renamed.</summary>
public static class AuditAction
{
    public const string DeadLetterRepaired = "dead_letter.repaired";
    public const string DeadLetterReplayed = "dead_letter.replayed";
    public const string DeadLetterDiscarded = "dead_letter.discarded";
    public const string ApiKeyCreated = "api_key.created";
    public const string ApiKeyRenamed = "api_key.renamed";
    public const string ApiKeyRotated = "api_key.rotated";
    public const string ApiKeyRevoked = "api_key.revoked";
}

/// <summary>One thing that somebody did.</summary>
/// <param name="Id">Entries are ordered by it.</param>
/// <param name="At">When it was done.</param>
/// <param name="ApiKeyId">The key that did it.</param>
/// <param name="Action">See <see cref="AuditAction"/>.</param>
/// <param name="TargetId">What it was done to.</param>
/// <param name="Before">A JSON object: what the target was before.</param>
/// <param name="After">A JSON object: what it is since.</param>
public sealed record AuditEntry(Ulid Id, DateTimeOffset At, Ulid ApiKeyId, string Action, Ulid TargetId, string Before, string After);

/// <summary>Which entries; null means any.</summary>
public sealed record AuditFilter
{
    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public Ulid? TargetId { get; init; }

    /// <summary>Only entries older than this one.</summary>
    public Ulid? After { get; init; }

    public required int Limit { get; init; }
}
