using System.Text.Json;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Json;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.Metadata;
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
        BadHttpRequestException { InnerException: JsonException json } => Problem.Validation([JsonErrors.Describe(json)]),
        BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad => Unreadable(context, bad),
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

    /// <summary>The framework names the parameter that it couldn't bind in the message only.</summary>
    private static ApiProblem Unreadable(HttpContext context, BadHttpRequestException bad)
    {
        if (bad.Message.Contains("body", StringComparison.Ordinal))
            return Problem.Validation(JsonErrors.Body, ErrorCodes.Required, "A JSON body is needed.");
        var endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        var parameter = endpoint?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
            .FirstOrDefault(p => bad.Message.Contains($" {p.ParameterInfo.Name}\"", StringComparison.Ordinal));
        if (parameter is null)
            return Problem.Of(StatusCodes.Status400BadRequest);
        return bad.Message.StartsWith("Required", StringComparison.Ordinal)
            ? Problem.Validation(QueryParameter.NameOf(parameter), ErrorCodes.Required, "Required.")
            : Problem.Validation(QueryParameter.NameOf(parameter), ErrorCodes.Invalid, "Has the wrong type; see the API's document.");
    }
}
