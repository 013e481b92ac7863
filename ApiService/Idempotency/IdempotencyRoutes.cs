using CloudNative.ApiService.Problems;
using CloudNative.Metering.Idempotency;

namespace CloudNative.ApiService.Idempotency;

/// <summary>Marks a route that takes an <c>Idempotency-Key</c>.</summary>
internal sealed class IdempotentRoute
{
    public static IdempotentRoute Instance { get; } = new();
}

internal static class IdempotencyRoutes
{
    public static IServiceCollection AddIdempotency(this IServiceCollection services) => services.AddSingleton<IdempotencyKeyStore>();

    /// <summary>For POSTs that create. Their answer is kept for a day: not for one that holds a secret.</summary>
    public static RouteHandlerBuilder AcceptsIdempotencyKey(this RouteHandlerBuilder route) => route
        .WithMetadata(IdempotentRoute.Instance)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
}
