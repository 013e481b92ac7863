using System.Text.Json.Serialization;
using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Problems;

/// <summary>An error, as RFC 9457 (<c>application/problem+json</c>).</summary>
/// <param name="Type">Always <c>about:blank</c>: the status says what kind of error it is.</param>
/// <param name="Title">The status in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What went wrong in this case, and what to do.</param>
/// <param name="Instance">Names this answer: <c>urn:request:</c> and the trace id, to be found in logs and traces.</param>
/// <param name="Extensions">More about it for programs.</param>
public sealed record ProblemBody(string Type, string Title, int Status, string Detail, string Instance, ProblemExtensions Extensions);

/// <summary>What programs can act on.</summary>
public sealed record ProblemExtensions
{
    /// <summary>Names the request, as the answer's <c>X-Request-Id</c> does: the caller's own id, where it sent one, else the trace's.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>Everything that is wrong with the request, in one list; of an event or a batch the first 100 errors.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FieldError>? ValidationErrors { get; init; }

    /// <summary>How many more errors there are than <c>validationErrors</c> lists; absent when it lists all.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? ErrorsOmitted { get; init; }

    /// <summary>Id of what is already there (409).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ConflictingEntityId { get; init; }

    /// <summary>The scope that the key lacks (403).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RequiredScope { get; init; }

    /// <summary>The quotas that are used up (429), as <c>RateLimit-Policy</c> names them: <c>key</c>, <c>tenant</c> or <c>address</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? ViolatedPolicies { get; init; }
}
