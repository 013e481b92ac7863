namespace CloudNative.Metering.Subjects;

/// <summary>What people want to know of a subject. Events need none: a subject is whatever an event says.</summary>
public sealed class Subject
{
    public const int MaxDisplayNameLength = 256;
    public const int MaxMetadataLength = 16 * 1024;

    public required Ulid Id { get; init; }

    public required Ulid TenantId { get; init; }

    /// <summary>The CloudEvents <c>subject</c>; unique in the tenant.</summary>
    public required string Key { get; init; }

    public string? DisplayName { get; set; }

    /// <summary>A JSON object of the tenant's own; null when none was given.</summary>
    public string? Metadata { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}
