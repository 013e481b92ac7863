using CloudNative.Metering.Validation;

namespace CloudNative.ApiService.Problems;

/// <summary>The errors a handler can answer with.</summary>
public static class Problem
{
    /// <summary>How long a client waits before it asks a dependency that was away again.</summary>
    public static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromSeconds(2);

    /// <param name="errors">What is wrong.</param>
    /// <param name="omitted">How much more is, and not in the list.</param>
    public static ApiProblem Validation(IReadOnlyList<FieldError> errors, int omitted = 0) => new(
        StatusCodes.Status400BadRequest,
        errors.Count == 1 ? $"{errors[0].Field}: {errors[0].Message}"
        : omitted == 0 ? $"{errors.Count} errors; see extensions.validationErrors."
        : $"{errors.Count + omitted} errors; the first {errors.Count} are in extensions.validationErrors.",
        new ProblemExtensions { ValidationErrors = errors, ErrorsOmitted = omitted == 0 ? null : omitted });

    public static ApiProblem Validation(string field, string code, string message) => Validation([new FieldError(field, code, message)]);

    public static ApiProblem BadRequest(string detail) => new(StatusCodes.Status400BadRequest, detail);

    public static ApiProblem NotFound(string detail) => new(StatusCodes.Status404NotFound, detail);

    /// <summary>The key is good, and may not do this.</summary>
    public static ApiProblem Forbidden(string scope, string? detail = null) => new(
        StatusCodes.Status403Forbidden,
        detail ?? $"The API key lacks the scope '{scope}'.",
        new ProblemExtensions { RequiredScope = scope });

    /// <summary>More requests than a quota allows; nothing of this one was done.</summary>
    public static ApiProblem TooManyRequests(string policy, string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, detail, new ProblemExtensions { ViolatedPolicies = [policy] }) { RetryAfter = retryAfter };

    /// <summary>The client takes none of the types that the route gives.</summary>
    public static ApiProblem NotAcceptable(IReadOnlyList<string> given) =>
        new(StatusCodes.Status406NotAcceptable, $"The answer would be {string.Join(" or ", given)}; the Accept header takes no such type.");

    public static ApiProblem Conflict(string detail, string? conflictingEntityId = null, IReadOnlyList<FieldError>? errors = null) => new(
        StatusCodes.Status409Conflict,
        detail,
        conflictingEntityId is null ? null : new ProblemExtensions { ConflictingEntityId = conflictingEntityId, ValidationErrors = errors });

    public static ApiProblem PreconditionFailed(string detail) => new(StatusCodes.Status412PreconditionFailed, detail);

    public static ApiProblem Unprocessable(string detail) => new(StatusCodes.Status422UnprocessableEntity, detail);

    /// <summary>Something the request needs is away for now; nothing of the request was done.</summary>
    public static ApiProblem Unavailable(string detail, TimeSpan? retryAfter = null) =>
        new(StatusCodes.Status503ServiceUnavailable, detail) { RetryAfter = retryAfter ?? DefaultRetryAfter };

    /// <summary>The bodies of other requests take all memory that there is for them; nothing of this one was done.</summary>
    public static ApiProblem BodiesFull() => Unavailable(
        "The bodies of other requests take all memory that there is for them: nothing of this request was done. Send it again later, events with the same ids.");

    /// <summary>The problem of a bare status, for what the framework refuses by itself.</summary>
    public static ApiProblem Of(int status) => new(status, status switch
    {
        StatusCodes.Status400BadRequest => "The request can't be read.",
        StatusCodes.Status401Unauthorized => "An API key is needed.",
        StatusCodes.Status403Forbidden => "The API key lacks the scope for this call.",
        StatusCodes.Status404NotFound => "There is nothing at this address; /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => "This address does not know that method; the Allow header lists those it knows.",
        StatusCodes.Status413PayloadTooLarge => $"The body is larger than {ApiLimits.MaxBodyBytes / (1024 * 1024)} MiB.",
        StatusCodes.Status415UnsupportedMediaType => "The body's content type is not taken here; the Accept header lists those that are.",
        StatusCodes.Status500InternalServerError => "Something is wrong on our side; extensions.requestId names this request in our logs.",
        _ => "The request was not served.",
    });
}
