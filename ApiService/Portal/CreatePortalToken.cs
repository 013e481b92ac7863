using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Portal;
using CloudNative.Metering.Time;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace CloudNative.ApiService.Portal;

internal static class CreatePortalToken
{
    private const int MaxSlugs = 100;

    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(24);

    /// <summary>A token to create.</summary>
    /// <param name="Subject">Whose usage it shows, not empty.</param>
    /// <param name="AllowedMeterSlugs">The meters that it may ask, 1 to 100; absent: all, also later ones.</param>
    /// <param name="ExpiresAt">From then on it is refused, RFC 3339, at most 24 hours ahead; absent: in an hour.</param>
    internal sealed record Request(
        [property: Required, MinLength(1)] string? Subject,
        [property: MinLength(1), MaxLength(MaxSlugs), RegularExpression(MeterRules.SlugPattern)] IReadOnlyList<string?>? AllowedMeterSlugs,
        DateTimeOffset? ExpiresAt);

    public static void MapCreatePortalToken(this RouteGroupBuilder tokens) => tokens.MapPost("/", HandleAsync)
        .WithName("CreatePortalToken").RequireScope(ApiScope.PortalWrite)
        .AcceptsIdempotencyKey(answersSecret: true)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Create a portal token</summary>
    /// <remarks>
    /// For a browser of one of your customers: it can query the usage of one subject, whatever its parameters say, and nothing else. The answer shows the token, this
    /// once.
    /// </remarks>
    /// <param name="body">Whose usage it shows, and for how long.</param>
    internal static async Task<Results<Ok<PortalTokenResponse>, ApiProblem>> HandleAsync(
        Request body, ClaimsPrincipal user, PortalTokenStore tokens, TimeProvider clock, HttpResponse response, RequestErrors errors, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcMicroseconds();
        PortalSubject.Check(body.Subject, errors);
        if (body.ExpiresAt <= now || body.ExpiresAt > now + MaxLifetime)
            errors.Add(new FieldError("expiresAt", ErrorCodes.OutOfRange, $"Must be in the future, at most {MaxLifetime.TotalHours} hours ahead."));
        var slugs = await ReadSlugsAsync(body.AllowedMeterSlugs, user.TenantId(), tokens, errors, cancellationToken);
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var token = new PortalToken(Ulid.NewUlid(now), user.TenantId(), body.Subject!, slugs, now, body.ExpiresAt?.ToUniversalTime() ?? now + DefaultLifetime);
        var secret = PortalToken.NewSecret();
        await tokens.AddAsync(token, secret, user.Actor(), cancellationToken);
        response.Headers[HeaderNames.CacheControl] = "no-store";
        return TypedResults.Ok(PortalTokenResponse.From(token, now, secret));
    }

    private static async Task<IReadOnlyList<string>?> ReadSlugsAsync(
        IReadOnlyList<string?>? slugs, Ulid tenantId, PortalTokenStore tokens, List<FieldError> errors, CancellationToken cancellationToken)
    {
        if (slugs is null)
            return null;
        if (slugs.Count is 0 or > MaxSlugs)
        {
            errors.Add(new FieldError("allowedMeterSlugs", ErrorCodes.OutOfRange, $"Must name 1 to {MaxSlugs} meters; leave it out to allow all."));
            return null;
        }

        var readable = slugs.OfType<string>().Where(StorableText.Is).Distinct().ToList();
        var unknown = await tokens.FindUnknownAsync(tenantId, readable, cancellationToken);
        errors.AddRange(slugs.Index()
            .Where(slug => slug.Item is null || unknown.Contains(slug.Item) || !readable.Contains(slug.Item))
            .Select(slug => new FieldError($"allowedMeterSlugs[{slug.Index}]", ErrorCodes.Unknown, $"There is no meter '{slug.Item}'.")));
        return readable;
    }
}
