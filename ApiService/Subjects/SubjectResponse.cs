using CloudNative.ApiService.Json;
using CloudNative.Metering.Subjects;

namespace CloudNative.ApiService.Subjects;

/// <summary>What is known of a subject.</summary>
/// <param name="Id">ULID.</param>
/// <param name="Key">The CloudEvents <c>subject</c>.</param>
/// <param name="DisplayName">For people; absent when none was given.</param>
/// <param name="Metadata">A JSON object of the client's own; absent when none was given.</param>
/// <param name="CreatedAt">UTC, to the microsecond.</param>
/// <param name="UpdatedAt">UTC, to the microsecond.</param>
internal sealed record SubjectResponse(
    string Id, string Key, string? DisplayName, RawJson? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    internal static SubjectResponse From(Subject subject) => new(
        subject.Id.ToString(), subject.Key, subject.DisplayName, subject.Metadata is { } metadata ? new RawJson(metadata) : null, subject.CreatedAt, subject.UpdatedAt);
}
