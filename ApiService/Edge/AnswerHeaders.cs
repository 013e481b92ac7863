using Scalar.AspNetCore;

namespace CloudNative.ApiService.Edge;

/// <summary>
/// What every answer tells browsers and caches, problems included: it is no page, no script and no picture, is not to be framed, and not to be kept, unless it
/// says otherwise itself (OWASP ASVS 5.0, 3.4).
/// </summary>
internal static class AnswerHeaders
{
    private const string ApiPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    /// <summary>For the one page, the reference: its scripts come from this process, and it styles itself.</summary>
    private const string PagePolicy = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self' ";

    private static readonly TimeSpan HttpsOnlyFor = TimeSpan.FromDays(365);

    public static IServiceCollection AddAnswerHeaders(this IServiceCollection services) =>
        services.AddHsts(https => (https.MaxAge, https.IncludeSubDomains) = (HttpsOnlyFor, true));

    public static void UseAnswerHeaders(this WebApplication app)
    {
        app.UseHsts();
        app.Use((context, next) =>
        {
            // Late: the exception handler throws away what was set before.
            context.Response.OnStarting(SetAsync, context);
            return next(context);
        });
    }

    private static Task SetAsync(object state)
    {
        var context = (HttpContext)state;
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = context.Items.TryGetValue(ScalarOptions.NonceHttpContextItemKey, out var nonce)
            ? $"{PagePolicy}'nonce-{nonce}'"
            : ApiPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers[RequestId.Header] = context.TraceIdentifier;
        // A cache that does not know X-API-Key would take an answer to it for everybody's.
        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
