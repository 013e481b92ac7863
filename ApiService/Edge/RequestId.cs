using System.Buffers;
using System.Diagnostics;

namespace CloudNative.ApiService.Edge;

/// <summary>
/// Names each request: by the id that the caller sent, else by its trace. Every answer tells it, and a problem repeats it in its extensions; it is
/// <see cref="HttpContext.TraceIdentifier"/>.
/// </summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";

    /// <summary>The attribute of OpenTelemetry's conventions.</summary>
    private const string TraceAttribute = "http.request.header.x-request-id";

    private const int MaxLength = 128;

    // What no log, header or trace has to escape.
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/+=@~");

    public static void UseRequestIds(this WebApplication app)
    {
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RequestId).FullName!);
        app.Use((context, next) =>
        {
            if (context.Request.Headers[Header] is [{ } sent] && IsValid(sent))
                return RunAsync(context, sent, logger, next);
            // Logs and traces have this one already.
            if (Activity.Current is { } activity)
                context.TraceIdentifier = activity.TraceId.ToHexString();
            return next(context);
        });
    }

    /// <summary>Others are replaced: they are no error of the request's.</summary>
    public static bool IsValid(string id) => id.Length is > 0 and <= MaxLength && !id.AsSpan().ContainsAnyExcept(Allowed);

    private static async Task RunAsync(HttpContext context, string id, ILogger logger, RequestDelegate next)
    {
        context.TraceIdentifier = id;
        Activity.Current?.SetTag(TraceAttribute, (string[])[id]);
        using var scope = logger.BeginScope(new KeyValuePair<string, object?>[] { new("CallerRequestId", id) });
        await next(context);
    }
}
