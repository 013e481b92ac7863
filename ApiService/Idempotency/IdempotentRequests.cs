using System.Security.Cryptography;
using System.Text;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.Idempotency;
using CloudNative.Metering.Validation;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Idempotency;

/// <summary>
/// Carries a request with an <c>Idempotency-Key</c> out once (the IETF's draft of that header): sent again, it gets the same answer. Only successes are kept:
/// what was refused did nothing, and is tried anew. For routes that <see cref="IdempotencyRoutes.AcceptsIdempotencyKey"/>.
/// </summary>
internal sealed partial class IdempotentRequests(RequestDelegate next, IdempotencyKeyStore keys, ILogger<IdempotentRequests> logger)
{
    public const string Header = "Idempotency-Key";

    /// <summary>Tells a client that it reads the answer to an earlier request.</summary>
    public const string ReplayedHeader = "Idempotent-Replayed";

    private const int MaxKeyLength = 255;

    private static readonly string[] KeptHeaders = [HeaderNames.ContentType, HeaderNames.Location, HeaderNames.ETag, HeaderNames.CacheControl];

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IdempotentRoute>() is not { } route || !context.Request.Headers.TryGetValue(Header, out var values))
        {
            await next(context);
            return;
        }

        if (values is not [{ } value] || ReadKey(value) is not { } key)
        {
            RequestErrors.Note(context, new FieldError(Header, ErrorCodes.Invalid, $"Must be 1 to {MaxKeyLength} printable ASCII characters, in double quotes or without."));
            await next(context);
            return;
        }

        var body = await ReadBodyAsync(context);
        // What is sealed only the same caller can open: to another it is another request.
        var fingerprint = Fingerprint(context.Request, body, route.AnswersSecret ? context.User.Actor().ApiKeyId.ToString() : "");
        var seal = route.AnswersSecret ? new AnswerSeal(ApiKeyAuthenticationHandler.SentKey(context.Request)!, fingerprint) : null;
        var standing = await keys.ClaimAsync(context.User.TenantId(), key, fingerprint, context.RequestAborted);
        if (standing.Claim is { } claim)
            await CarryOutAsync(context, key, claim, seal);
        else if (standing.Answer is { } answer)
            await ReplayAsync(context, seal is null ? answer : answer with { Body = seal.Open(answer.Body) });
        else
        {
            await (standing.IsOther
                ? Problem.Unprocessable($"The {Header} was used for another request: a new request needs a new one.")
                : Problem.Conflict($"The request with this {Header} is being carried out; ask again in a moment.")).ExecuteAsync(context);
        }
    }

    // The draft wants a quoted string; clients of other APIs send the bare key.
    private static string? ReadKey(string value)
    {
        var key = value is ['"', .. var inner, '"'] ? inner : value;
        return key.Length is > 0 and <= MaxKeyLength && key.All(c => c is >= ' ' and <= '~' and not '"' and not '\\') ? key : null;
    }

    /// <summary>The body, which the route can read again.</summary>
    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context.Request, context.RequestAborted);
        var bytes = body.Bytes.ToArray();
        context.Request.Body = new MemoryStream(bytes, writable: false);
        return bytes;
    }

    private static byte[] Fingerprint(HttpRequest request, byte[] body, string caller)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{caller}{request.Method} {request.Path}{request.QueryString}\n{request.ContentType}\n"));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static async Task ReplayAsync(HttpContext context, StoredAnswer answer)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        response.Headers[ReplayedHeader] = "true";
        await response.Body.WriteAsync(answer.Body, context.RequestAborted);
    }

    private async Task CarryOutAsync(HttpContext context, string key, Guid claim, AnswerSeal? seal)
    {
        var response = context.Response;
        var client = response.Body;
        using var answer = new MemoryStream();
        response.Body = answer;
        var isKept = false;
        try
        {
            await next(context);
            isKept = response.StatusCode is >= 200 and < 300;
        }
        finally
        {
            response.Body = client;
            await SettleAsync(context, key, claim, isKept ? Of(response, answer, seal) : null);
        }

        answer.Position = 0;
        await answer.CopyToAsync(client, context.RequestAborted);
    }

    private static StoredAnswer Of(HttpResponse response, MemoryStream body, AnswerSeal? seal) => new(
        response.StatusCode,
        KeptHeaders.Where(response.Headers.ContainsKey).ToDictionary(name => name, name => response.Headers[name].ToString()),
        seal is null ? body.ToArray() : seal.Close(body.ToArray()));

    private async Task SettleAsync(HttpContext context, string key, Guid claim, StoredAnswer? answer)
    {
        try
        {
            // Not cancelled with the request: what was done must be known when the client, who did not get the answer, sends it again.
            await (answer is null
                ? keys.ReleaseAsync(context.User.TenantId(), key, claim, CancellationToken.None)
                : keys.CompleteAsync(context.User.TenantId(), key, claim, answer, CancellationToken.None));
        }
        catch (Exception e)
        {
            // The answer stands all the same; the key stays claimed for a minute.
            LogNotKept(e);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "The answer to a request with an Idempotency-Key could not be kept")]
    private partial void LogNotKept(Exception exception);
}
