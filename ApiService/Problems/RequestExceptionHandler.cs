using System.Text.Json;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Json;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace CloudNative.ApiService.Problems;

/// <summary>Turns exceptions with a known meaning into problems; the rest stays a logged 500.</summary>
internal sealed class RequestExceptionHandler : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (ProblemOf(httpContext, exception) is not { } problem)
            return false;
        await problem.ExecuteAsync(httpContext);
        return true;
    }

    private static ApiProblem? ProblemOf(HttpContext context, Exception exception) => exception switch
    {
        BadHttpRequestException { InnerException: JsonException json } => Unreadable(context, JsonErrors.Describe(json)),
        // No parameter is bound to a type that it may not have, so this is the body: the framework says so in the message only.
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad when bad.Message.Contains("body", StringComparison.Ordinal) =>
            Unreadable(context, new FieldError(JsonErrors.Body, ErrorCodes.Required, "A JSON body is needed.")),
        BadHttpRequestException bad => Problem.Of(bad.StatusCode),
        OutlivedMinuteException outlived => Problem.Validation(outlived.IsStart ? "from" : "to", ErrorCodes.OutOfRange, outlived.Message),
        PostgresException refused when IsUnstorable(refused) => Unstorable(),
        { InnerException: PostgresException refused } when IsUnstorable(refused) => Unstorable(),
        DatabaseUnavailableException => DatabaseAway(),
        BodyMemoryFullException => Problem.BodiesFull(),
        NpgsqlException { IsTransient: true } => DatabaseAway(),
        { InnerException: NpgsqlException { IsTransient: true } } => DatabaseAway(),
        _ => null,
    };

    // Of all characters only U+0000 is none that PostgreSQL's text and jsonb can hold.
    private static bool IsUnstorable(PostgresException refused) =>
        refused.SqlState is PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter;

    private static ApiProblem Unstorable() => Problem.BadRequest("The request holds the character U+0000, which no text here can have.");

    private static ApiProblem DatabaseAway() => Problem.Unavailable("The database does not answer; try again.");

    /// <summary>What is wrong with the body, and with the rest of the request, which the handler did not come to tell.</summary>
    private static ApiProblem Unreadable(HttpContext context, FieldError error)
    {
        var errors = RequestErrors.Of(context, context.Features.Get<IExceptionHandlerFeature>()?.Endpoint);
        errors.Insert(0, error);
        return Problem.Validation(errors);
    }
}
