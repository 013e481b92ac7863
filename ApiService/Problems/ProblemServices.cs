namespace CloudNative.ApiService.Problems;

internal static class ProblemServices
{
    public static IServiceCollection AddApiProblems(this IServiceCollection services)
    {
        // The first writer that can write does; ours goes before the framework's.
        services.Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, ApiProblemWriter>());
        services.AddExceptionHandler<RequestExceptionHandler>();
        services.AddSingleton<AcceptedMediaTypes>();
        // In every environment alike: what can't be bound is an exception, which RequestExceptionHandler describes.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        return services;
    }

    public static void UseApiProblems(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { StatusCodeSelector = StatusOf });
        app.UseStatusCodePages(status => Problem.Of(status.HttpContext.Response.StatusCode).ExecuteAsync(status.HttpContext));
    }

    /// <summary>Every route can answer with these.</summary>
    public static TBuilder ProducesCommonProblems<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder => builder
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status429TooManyRequests)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    /// <summary>Documents <paramref name="status"/> as an answer of the route.</summary>
    public static TBuilder ProducesProblem<TBuilder>(this TBuilder builder, int status) where TBuilder : IEndpointConventionBuilder =>
        builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(ProblemBody), [ApiProblem.ContentType]));

    private static int StatusOf(Exception exception) =>
        exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError;
}
