namespace CloudNative.Web.Api;

/// <summary>An RFC 9457 problem as the API writes it.</summary>
internal sealed record Problem(string? Title, string? Detail, ProblemExtensions? Extensions);

internal sealed record ProblemExtensions(IReadOnlyList<ValidationError>? ValidationErrors);

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">The JSON field, dotted where nested, e.g. <c>groupBy.model</c>.</param>
/// <param name="Code">A stable code for programs.</param>
/// <param name="Message">One sentence for people.</param>
public sealed record ValidationError(string Field, string Code, string Message);
