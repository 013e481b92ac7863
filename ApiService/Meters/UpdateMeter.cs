using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.OpenApi;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Backfills;
using CloudNative.Metering.Database;
using CloudNative.Metering.Meters;
using CloudNative.Metering.Time;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace CloudNative.ApiService.Meters;

internal static class UpdateMeter
{
    public static void MapUpdateMeter(this RouteGroupBuilder meters) => meters.MapPut("/{idOrSlug}", HandleAsync)
        .WithName("UpdateMeter").RequireScope(ApiScope.MetersWrite)
        .Accepts<MeterUpdate>("application/json")
        .WithMetadata(GivesETag.Instance)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status412PreconditionFailed)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Edit a meter</summary>
    /// <remarks>
    /// Replaces name, description, metadata and groupBy: what is left out is empty afterwards. The other fields can't be changed. With other dimensions,
    /// everything that is stored is counted anew: see the meter's backfill. Until that is done, queries that ask for no changed dimension are answered
    /// as before, and the others say that they are incomplete. Other dimensions are a 409 when the meter counted events that are no longer stored, because their
    /// retention is over: their usage would be lost. After a 503 nothing was changed.
    /// </remarks>
    /// <param name="idOrSlug">The meter's id or slug.</param>
    /// <param name="ifMatch">The ETag of what the client saw: 412 when it was changed since. Absent: whatever it is by now.</param>
    internal static async Task<Results<Ok<MeterResponse>, ApiProblem>> HandleAsync(
        string idOrSlug, [FromHeader(Name = IfMatch.Header)] string? ifMatch, HttpContext context, MeteringDbContext database, TimeProvider clock,
        RequestErrors errors, CancellationToken cancellationToken)
    {
        IfMatch.Check(ifMatch, errors);
        if (await MeterBody.ReadUpdateAsync(context.Request, errors, cancellationToken) is not { } update || !MeterValidator.IsGood(update, errors))
            return Problem.Validation(errors);

        try
        {
            return await ConcurrentEdit.RunAsync<MeterResponse>(database, "meter", async () =>
            {
                if (await database.FindMeterAsync(context.User.TenantId(), idOrSlug, cancellationToken) is not { } meter)
                    return MeterEndpoints.MeterNotFound(idOrSlug);
                if (IfMatch.Refusal(ifMatch, IfMatch.TagOf(meter.Version)) is { } refusal)
                    return refusal;
                database.Attach(meter);
                meter.Change(update, clock.GetUtcMicroseconds());
                await MeterRegrouping.SaveAsync(database, meter, cancellationToken);
                context.Response.Headers.ETag = IfMatch.TagOf(meter.Version);
                return TypedResults.Ok(MeterResponse.From(meter));
            });
        }
        catch (OutlivedUsageException outlived)
        {
            return Problem.Conflict(
                $"groupBy can't be changed: usage of events that were stored before {outlived.StoredSince.UtcDateTime:u} would be lost. Those events outlived their retention and can't be counted "
                + "anew. Create another meter with these dimensions: it counts what is still stored.");
        }
        catch (HandOverTimeoutException)
        {
            return Problem.Unavailable("Counting did not pause for the meter in time; it was not changed. Try again.");
        }
    }
}
