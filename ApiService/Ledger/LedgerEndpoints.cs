using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.ApiKeys;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Recounts;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;

namespace CloudNative.ApiService.Ledger;

internal static class LedgerEndpoints
{
    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(1);

    /// <summary>Which part of the books.</summary>
    /// <param name="From">Inclusive, RFC 3339, by the time of ingest; default: a day before <paramref name="To"/>.</param>
    /// <param name="To">Exclusive, RFC 3339; default: now.</param>
    /// <param name="WindowSize"><c>MINUTE</c>, <c>HOUR</c> or <c>DAY</c>, in UTC.</param>
    internal sealed record Parameters(string? From, string? To, [property: DefaultValue("MINUTE"), AllowedValues("MINUTE", "HOUR", "DAY")] string? WindowSize);

    /// <summary>The books.</summary>
    /// <param name="From">Inclusive; where what was asked for lies before <c>keptFrom</c>, that.</param>
    /// <param name="To">Exclusive.</param>
    /// <param name="WindowSize">The length of each window.</param>
    /// <param name="State">The worst of the windows.</param>
    /// <param name="CountedUntil">Everything that stood in the log at this time is counted; absent when that is not known yet.</param>
    /// <param name="Waiting">Records of all tenants that stand in the log and are not counted.</param>
    /// <param name="KeptFrom">Books from before are deleted, because they outlived their retention; absent when none are.</param>
    /// <param name="Data">One row per window in which events arrived, oldest first.</param>
    /// <param name="Recount">What came of counting closed hours again from what is stored.</param>
    internal sealed record LedgerResponse(
        DateTimeOffset From, DateTimeOffset To, WindowSize WindowSize, LedgerState State, DateTimeOffset? CountedUntil, long Waiting,
        DateTimeOffset? KeptFrom, IReadOnlyList<LedgerWindow> Data, LedgerRecount Recount);

    /// <summary>
    /// One window of both sides of the books: received = counted + duplicates + unmatched + deadLettered. The sides are compared minute by minute, so that
    /// one minute's surplus hides no other's loss: acknowledged - received = missing + pending - unacknowledged.
    /// </summary>
    /// <param name="WindowStart">Inclusive.</param>
    /// <param name="WindowEnd">Exclusive.</param>
    /// <param name="State">
    /// <c>balanced</c>; <c>unacknowledged</c>, which is normal; <c>pending</c>, which passes; or <c>missing</c>, an alarm: the worst of what the window holds.
    /// </param>
    /// <param name="Acknowledged">Events that were answered with 2xx; replays of dead letters, too.</param>
    /// <param name="Received">Records taken from the log.</param>
    /// <param name="Counted">New events that at least one meter counted.</param>
    /// <param name="Duplicates">Events that had been stored before.</param>
    /// <param name="DifferentPayload">Of the duplicates, those whose bytes differ from the stored event: two events were given one id.</param>
    /// <param name="Unmatched">New events that no meter counted.</param>
    /// <param name="DeadLettered">Records that could not be processed; a replay is received anew, in its own minute.</param>
    /// <param name="Missing">Acknowledged, not received, and nothing of that minute is left in the log: lost.</param>
    /// <param name="Pending">Acknowledged and not received yet.</param>
    /// <param name="Unacknowledged">Received without a 2xx: after a timeout, or when the API was killed before it had written its side.</param>
    internal sealed record LedgerWindow(
        DateTimeOffset WindowStart, DateTimeOffset WindowEnd, LedgerState State, long Acknowledged, long Received, long Counted, long Duplicates,
        long DifferentPayload, long Unmatched, long DeadLettered, long Missing, long Pending, long Unacknowledged);

    /// <summary>The hours of the range that were counted again from the stored events and dead letters.</summary>
    /// <param name="Hours">How many were.</param>
    /// <param name="Differing">Those that differ, newest first, at most 100; always empty, or it is an alarm.</param>
    internal sealed record LedgerRecount(int Hours, IReadOnlyList<DifferingHour> Differing);

    /// <summary>An hour whose books are not what is stored.</summary>
    /// <param name="Hour">Its start.</param>
    /// <param name="CheckedAt">When it was recounted last.</param>
    /// <param name="Differences">How many counts differ.</param>
    /// <param name="Detail">Which, for people.</param>
    internal sealed record DifferingHour(DateTimeOffset Hour, DateTimeOffset CheckedAt, int Differences, string Detail);

    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<LedgerQuery>();
        services.AddSingleton<RecountQuery>();
        services.AddSingleton<CountedUntil>();
        services.AddSingleton<AcknowledgedEvents>();
        services.AddHostedService<AcknowledgedWriter>();
        services.AddHostedService<CountedUntilWriter>();
        return services;
    }

    public static void MapLedger(this RouteGroupBuilder api) => api.MapGet("/ledger", HandleAsync).WithName("GetLedger").WithTags("Ledger")
        .RequireScope(ApiScope.LedgerRead);

    /// <summary>Read the books</summary>
    /// <remarks>
    /// What was acknowledged and what became of it, by the minute in which it was accepted, and whether both sides balance.
    /// </remarks>
    internal static async Task<Results<Ok<LedgerResponse>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, LedgerQuery ledger, RecountQuery recounts, CountedUntil counted, NpgsqlDataSource dataSource,
        TimeProvider clock, RequestErrors errors, CancellationToken cancellationToken)
    {
        var to = TimeRange.Read("to", parameters.To, errors) ?? clock.GetUtcNow();
        var from = TimeRange.Read("from", parameters.From, errors) ?? to - DefaultRange;
        TimeRange.Check("from", from, "to", to, errors);
        var window = WindowSizes.Read(parameters.WindowSize, errors) ?? WindowSize.Minute;
        if (window > WindowSize.Day)
            errors.Add(new FieldError("windowSize", ErrorCodes.NotSupported, "The books are kept by MINUTE, HOUR and DAY."));
        if (errors.Count > 0)
            return Problem.Validation(errors);

        // Before the books are read: what is counted in between only makes them look better.
        var (countedUntil, waiting) = (counted.Time, counted.Waiting);
        var rows = await ledger.RunAsync(user.TenantId(), from, to, window, countedUntil, cancellationToken);
        var recount = await recounts.RunAsync(user.TenantId(), from, to, cancellationToken);
        // After the books are read: what is deleted in between is not taken for minutes without events.
        var kept = (await LedgerBounds.ReadAsync(dataSource, cancellationToken)).KeptFrom;
        if (to <= kept)
            return Problem.Validation("to", ErrorCodes.OutOfRange, $"Books from before {kept.Value.UtcDateTime:u} are not kept any more.");
        if (from < kept)
            (from, rows) = (kept.Value, [.. rows.Where(row => row.WindowStart >= kept)]);
        return TypedResults.Ok(new LedgerResponse(
            from, to, window, rows.Select(row => row.State).DefaultIfEmpty().Max(), countedUntil, waiting, kept, [.. rows.Select(Describe)], Describe(recount)));
    }

    private static LedgerWindow Describe(LedgerRow row) => new(
        row.WindowStart, row.WindowEnd, row.State, row.Acknowledged, row.Counts.Received, row.Counts.Counted, row.Counts.Duplicates,
        row.Counts.DifferentPayload, row.Counts.Unmatched, row.Counts.DeadLettered, row.Missing, row.Pending, row.Unacknowledged);

    private static LedgerRecount Describe(RecountSummary recount) => new(
        recount.Hours, [.. recount.Differing.Select(hour => new DifferingHour(hour.Hour, hour.CheckedAt, hour.Differences, hour.Detail))]);
}
