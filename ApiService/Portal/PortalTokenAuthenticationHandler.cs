using System.Security.Claims;
using System.Text.Encodings.Web;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.Portal;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Npgsql;

namespace CloudNative.ApiService.Portal;

/// <summary>Authenticates <c>Authorization: Bearer TOKEN</c> on the portal's routes.</summary>
internal sealed class PortalTokenAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, PortalTokenStore tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "PortalToken";

    private const string Bearer = "Bearer ";
    private const string Refused = "The portal token is unknown, expired or invalidated.";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SentToken() is not { } secret)
            return AuthenticateResult.NoResult();
        if (await FindAsync(secret) is not { } token || !token.IsGood(TimeProvider.GetUtcNow()))
            return AuthenticateResult.Fail(Refused);
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new PortalIdentity(token)), SchemeName));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var sent = SentToken() is not null;
        Response.Headers[HeaderNames.WWWAuthenticate] = sent ? "Bearer error=\"invalid_token\"" : "Bearer";
        var detail = sent ? Refused : "A portal token is needed: send 'Authorization: Bearer TOKEN'. API keys are not taken here.";
        return new ApiProblem(StatusCodes.Status401Unauthorized, detail).ExecuteAsync(Context);
    }

    private async Task<PortalToken?> FindAsync(string secret)
    {
        try
        {
            return await tokens.FindAsync(secret, Context.RequestAborted);
        }
        catch (Exception failure) when (failure is NpgsqlException or TimeoutException)
        {
            throw new DatabaseUnavailableException(failure);
        }
    }

    private string? SentToken()
    {
        var authorization = Request.Headers.Authorization.ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
    }
}
