using System.Security.Claims;
using System.Text.Encodings.Web;
using CloudNative.ApiService.Problems;
using CloudNative.ApiService.RateLimits;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Portal;

/// <summary>Authenticates <c>Authorization: Bearer TOKEN</c> on the portal's routes.</summary>
internal sealed class PortalTokenAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, PortalTokenLookup tokens, GuessQuota guesses)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "PortalToken";

    private const string Bearer = "Bearer ";
    private const string Refused = "The portal token is unknown, expired or invalidated.";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SentToken() is not { } secret)
            return AuthenticateResult.NoResult();
        if (await tokens.FindAsync(secret, Context, TimeProvider.GetUtcNow()) is not { } token)
            return AuthenticateResult.Fail(Refused);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new PortalIdentity(token)), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (guesses.Count(Context) is { } wait)
            return guesses.RefuseAsync(Context, wait);
        var sent = SentToken() is not null;
        Response.Headers[HeaderNames.WWWAuthenticate] = sent ? "Bearer error=\"invalid_token\"" : "Bearer";
        var detail = sent ? Refused : "A portal token is needed: send 'Authorization: Bearer TOKEN'. API keys are not taken here.";
        return new ApiProblem(StatusCodes.Status401Unauthorized, detail).ExecuteAsync(Context);
    }

    private string? SentToken()
    {
        var authorization = Request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
    }
}
