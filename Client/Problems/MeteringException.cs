using System.Net;

namespace CloudNative.Metering.Client;

/// <summary>A call of the API that did not succeed, after all retries.</summary>
public sealed class MeteringException : Exception
{
    private readonly bool _isProblem;

    internal MeteringException(string message, Exception cause) : base(message, cause)
    {
    }

    internal MeteringException(HttpStatusCode status, Problem? problem)
        : base(problem?.Detail ?? problem?.Title ?? $"The answer was {(int)status}, without a reason, and so perhaps not the API's.")
    {
        Status = status;
        _isProblem = problem is not null;
        ValidationErrors = problem?.Extensions?.ValidationErrors ?? [];
    }

    /// <summary>The answer's status; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The API found the request wrong. A proxy's own 400 or 413 says nothing of what was sent.</summary>
    internal bool IsRefusal => Status switch
    {
        HttpStatusCode.BadRequest => ValidationErrors.Count > 0,
        HttpStatusCode.RequestEntityTooLarge => _isProblem,
        _ => false,
    };

    /// <summary>All that is wrong with the request; empty when the API did not say.</summary>
    public IReadOnlyList<ValidationError> ValidationErrors { get; } = [];
}

/// <summary>One thing that is wrong with a request.</summary>
/// <param name="Field">The JSON field, e.g. <c>groupBy.model</c>, or <c>[3].subject</c> of a batch's fourth event.</param>
/// <param name="Code">A stable code for programs.</param>
/// <param name="Message">One sentence for people.</param>
public sealed record ValidationError(string Field, string Code, string Message);
