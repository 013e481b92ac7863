using CloudNative.ApiService.Problems;
using CloudNative.Metering.Idempotency;

namespace CloudNative.ApiService.Idempotency;

/// <summary>Marks a route that takes an <c>Idempotency-Key</c>.</summary>
/// <param name="AnswersSecret">Its answer is kept for the caller's eyes only: see <see cref="AnswerSeal"/>.</param>
internal sealed record IdempotentRoute(bool AnswersSecret);

internal static class IdempotencyRoutes
{
    public static IServiceCollection AddIdempotency(this IServiceCollection services) => services.AddSingleton<IdempotencyKeyStore>();

    /// <summary>For POSTs that create. Their answer is kept for a day, sealed when it holds a secret.</summary>
    public static RouteHandlerBuilder AcceptsIdempotencyKey(this RouteHandlerBuilder route, bool answersSecret = false) => route
        .WithMetadata(new IdempotentRoute(answersSecret))
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
}
