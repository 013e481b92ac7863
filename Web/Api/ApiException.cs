using System.Net;

namespace CloudNative.Web.Api;

/// <summary>A call of the API that did not succeed; the message is a sentence to show to a person.</summary>
internal sealed class ApiException : Exception
{
    public ApiException(string message, Exception cause) : base(message, cause)
    {
    }

    public ApiException(HttpStatusCode status, Problem? problem) : base(Describe(status, problem))
    {
        Status = status;
        ValidationErrors = problem?.Extensions?.ValidationErrors ?? [];
    }

    /// <summary>The answer's status; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    public IReadOnlyList<ValidationError> ValidationErrors { get; } = [];

    private static string Describe(HttpStatusCode status, Problem? problem) => status switch
    {
        HttpStatusCode.Unauthorized => "The API does not accept this front end's key (Api:Key).",
        HttpStatusCode.Forbidden => $"This front end's key (Api:Key) has too little scope for this. {problem?.Detail}".TrimEnd(),
        _ => problem?.Detail ?? problem?.Title ?? $"The API answered {(int)status} without saying why.",
    };
}
