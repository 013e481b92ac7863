namespace CloudNative.ApiService.Problems;

/// <summary>
/// Gives the framework's own errors the shape of ours, whatever the client's Accept header says: an error that can't be read helps less
/// than one in a type that wasn't asked for.
/// </summary>
internal sealed class ApiProblemWriter : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => true;

    public ValueTask WriteAsync(ProblemDetailsContext context) =>
        new(Problem.Of(context.HttpContext.Response.StatusCode).ExecuteAsync(context.HttpContext));
}
