using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Idempotency;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Time;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace CloudNative.ApiService.Meters;

internal static class CreateMeter
{
    public static void MapCreateMeter(this RouteGroupBuilder meters) => meters.MapPost("/", HandleAsync)
        .WithName("CreateMeter").RequireScope(ApiScope.MetersWrite)
        .Accepts<MeterDefinition>("application/json")
        .AcceptsIdempotencyKey()
        .WithMetadata(GivesETag.Instance)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Create a meter</summary>
    /// <remarks>
    /// It counts at once what is sent from now on, and step by step what was stored before: see its backfill. Each event counts once. A 400 lists everything
    /// that is wrong at once; after a 503 nothing was created.
    /// </remarks>
    internal static async Task<Results<Created<MeterResponse>, ApiProblem>> HandleAsync(
        HttpContext context, MeteringDbContext database, TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        if (await MeterBody.ReadDefinitionAsync(context.Request, errors, cancellationToken) is not { } definition
            || MeterValidator.Create(definition, context.User.TenantId(), clock.GetUtcMicroseconds(), errors) is not { } meter)
            return Problem.Validation(errors);

        // Looked up first only because EF logs the index's refusal as an error; the index alone decides between two at once.
        if (await FindOtherAsync(database, meter, cancellationToken) is { } other)
            return SlugTaken(meter, other);
        try
        {
            await MeterHandOver.CreateAsync(database, meter, cancellationToken);
        }
        catch (DbUpdateException taken) when (IsTakenSlug(taken))
        {
            return SlugTaken(meter, await FindOtherAsync(database, meter, cancellationToken));
        }
        catch (HandOverTimeoutException)
        {
            return Problem.Unavailable("Counting did not pause for the new meter in time; it was not created. Try again.");
        }

        context.Response.Headers.ETag = IfMatch.TagOf(meter.Version);
        return TypedResults.Created($"{Api.BasePath}/meters/{meter.Id}", MeterResponse.From(meter));
    }

    private static Task<Ulid?> FindOtherAsync(MeteringDbContext database, Meter meter, CancellationToken cancellationToken) =>
        database.Meters.Where(m => m.TenantId == meter.TenantId && m.Slug == meter.Slug)
            .Select(m => (Ulid?)m.Id).SingleOrDefaultAsync(cancellationToken);

    private static ApiProblem SlugTaken(Meter meter, Ulid? other) =>
        Problem.Conflict($"There is already a meter '{meter.Slug}'.", other?.ToString());

    private static bool IsTakenSlug(DbUpdateException failure) => failure.InnerException is PostgresException
    {
        SqlState: PostgresErrorCodes.UniqueViolation,
        ConstraintName: MeteringDbContext.MeterSlugIndex,
    };
}
