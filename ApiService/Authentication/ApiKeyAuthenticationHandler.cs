using System.Security.Claims;
using System.Text.Encodings.Web;
using CloudNative.ApiService.Problems;
using CloudNative.ApiService.RateLimits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Authentication;

/// <summary>Authenticates <c>Authorization: Bearer KEY</c> or <c>X-API-Key: KEY</c>.</summary>
internal sealed class ApiKeyAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiKeyLookup keys, GuessQuota guesses)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string KeyHeader = "X-API-Key";

    private const string Bearer = "Bearer ";
    private const string Refused = "The API key is unknown, expired or revoked.";

    private TimeSpan? _tryAgainAfter;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SentKey(Request) is not { } key)
            return AuthenticateResult.NoResult();
        if (await FindAsync(key) is not { } identity)
        {
            _tryAgainAfter = guesses.Count(Context);
            return AuthenticateResult.Fail(Refused);
        }

        var claims = new ClaimsIdentity(
            [
                new Claim(ApiKeyClaims.Tenant, identity.TenantId.ToString()),
                new Claim(ApiKeyClaims.Key, identity.KeyId.ToString()),
                .. identity.Scopes.Select(scope => new Claim(ApiKeyClaims.Scope, scope)),
            ],
            SchemeName);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(claims), SchemeName));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var sent = SentKey(Request) is not null;
        if ((sent ? _tryAgainAfter : guesses.Count(Context)) is { } wait)
        {
            await guesses.RefuseAsync(Context, wait);
            return;
        }

        Response.Headers[HeaderNames.WWWAuthenticate] = sent ? "Bearer error=\"invalid_token\"" : "Bearer";
        var detail = sent
            ? Refused
            : $"An API key is needed: send 'Authorization: Bearer KEY' or '{KeyHeader}: KEY'.";
        await new ApiProblem(StatusCodes.Status401Unauthorized, detail).ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        if (RequiredScope.Of(Context) is not { } scope)
            return Problem.Of(StatusCodes.Status403Forbidden).ExecuteAsync(Context);
        Response.Headers[HeaderNames.WWWAuthenticate] = $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"";
        return Problem.Forbidden(scope).ExecuteAsync(Context);
    }

    // Who has guessed too often may go on with a good key that is known here, and learns nothing of others.
    private ValueTask<ApiKeyIdentity?> FindAsync(string key) =>
        guesses.IsUsedUp(Context) && !keys.IsRemembered(key) ? default : keys.FindAsync(key, Context.RequestAborted);

    /// <summary>The key as it was sent, good or not.</summary>
    public static string? SentKey(HttpRequest request)
    {
        var authorization = request.Headers.Authorization.ToString();
        if (authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            return authorization[Bearer.Length..].Trim();
        return request.Headers.TryGetValue(KeyHeader, out var key) ? key.ToString() : null;
    }
}
