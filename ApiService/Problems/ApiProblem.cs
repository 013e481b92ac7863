using System.Diagnostics;
using System.Globalization;
using CloudNative.ApiService.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Problems;

/// <summary>The one way an error leaves this service; made by <see cref="Problem"/>.</summary>
public sealed class ApiProblem : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";

    private readonly string _detail;
    private readonly ProblemExtensions? _extensions;

    internal ApiProblem(int status, string detail, ProblemExtensions? extensions = null)
    {
        Status = status;
        _detail = detail;
        _extensions = extensions;
    }

    public int Status { get; }

    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <summary>When to try again, sent as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        if (RetryAfter is { } delay)
            response.Headers[HeaderNames.RetryAfter] = Math.Ceiling(delay.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        if (Status == StatusCodes.Status415UnsupportedMediaType)
            httpContext.RequestServices.GetRequiredService<AcceptedMediaTypes>().AddTo(httpContext);
        return response.WriteAsJsonAsync(Body(httpContext), ApiJson.Options(httpContext), ContentType, httpContext.RequestAborted);
    }

    private ProblemBody Body(HttpContext context) => new(
        "about:blank",
        ReasonPhrases.GetReasonPhrase(Status),
        Status,
        _detail,
        $"urn:request:{Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier}",
        (_extensions ?? new ProblemExtensions()) with { RequestId = context.TraceIdentifier });
}
