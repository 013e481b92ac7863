using System.ComponentModel;
using System.Security.Claims;
using CloudNative.ApiService.Authentication;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Problems;
using CloudNative.Metering.Ledger;
using CloudNative.Metering.Rollups;
using CloudNative.Metering.Validation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CloudNative.ApiService.Ledger;

internal static class LedgerEndpoints
{
    private static readonly TimeSpan DefaultRange = TimeSpan.FromDays(1);

    /// <summary>Which part of the books.</summary>
    /// <param name="From">Inclusive, RFC 3339, by the time of ingest; default: a day before <paramref name="To"/>.</param>
    /// <param name="To">Exclusive, RFC 3339; default: now.</param>
    /// <param name="WindowSize"><c>MINUTE</c>, <c>HOUR</c> or <c>DAY</c>, in UTC.</param>
    internal sealed record Parameters(string? From, string? To, [property: DefaultValue("MINUTE")] string? WindowSize);

    /// <summary>The books.</summary>
    /// <param name="From">Inclusive.</param>
    /// <param name="To">Exclusive.</param>
    /// <param name="WindowSize">The length of each window.</param>
    /// <param name="Data">One row per window in which events arrived, oldest first.</param>
    internal sealed record LedgerResponse(DateTimeOffset From, DateTimeOffset To, WindowSize WindowSize, IReadOnlyList<LedgerWindow> Data);

    /// <summary>One window of the books: received = counted + duplicates + unmatched + deadLettered.</summary>
    /// <param name="WindowStart">Inclusive.</param>
    /// <param name="WindowEnd">Exclusive.</param>
    /// <param name="Received">Events taken from the log.</param>
    /// <param name="Counted">New events that at least one meter counted.</param>
    /// <param name="Duplicates">Events that had been stored before.</param>
    /// <param name="Unmatched">New events that no meter counted.</param>
    /// <param name="DeadLettered">Records that could not be processed.</param>
    internal sealed record LedgerWindow(
        DateTimeOffset WindowStart, DateTimeOffset WindowEnd, long Received, long Counted, long Duplicates, long Unmatched, long DeadLettered);

    public static IServiceCollection AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<LedgerQuery>();
        services.AddSingleton<AcknowledgedEvents>();
        services.AddHostedService<AcknowledgedWriter>();
        return services;
    }

    public static void MapLedger(this RouteGroupBuilder api) => api.MapGet("/ledger", HandleAsync).WithName("GetLedger").WithTags("Ledger");

    /// <summary>Read the books</summary>
    /// <remarks>What became of every event, by the minute in which it was accepted.</remarks>
    internal static async Task<Results<Ok<LedgerResponse>, ApiProblem>> HandleAsync(
        [AsParameters] Parameters parameters, ClaimsPrincipal user, LedgerQuery ledger, TimeProvider clock, CancellationToken cancellationToken)
    {
        var errors = new List<FieldError>();
        var to = TimeRange.Read("to", parameters.To, errors) ?? clock.GetUtcNow();
        var from = TimeRange.Read("from", parameters.From, errors) ?? to - DefaultRange;
        TimeRange.Check("from", from, "to", to, errors);
        var window = WindowSizes.Read(parameters.WindowSize, errors) ?? WindowSize.Minute;
        if (window > WindowSize.Day)
            errors.Add(new FieldError("windowSize", ErrorCodes.NotSupported, "The books are kept by MINUTE, HOUR and DAY."));
        if (errors.Count > 0)
            return Problem.Validation(errors);

        var rows = await ledger.RunAsync(user.TenantId(), from, to, window, cancellationToken);
        return TypedResults.Ok(new LedgerResponse(from, to, window, [.. rows.Select(Describe)]));
    }

    private static LedgerWindow Describe(LedgerRow row) => new(
        row.WindowStart, row.WindowEnd, row.Counts.Received, row.Counts.Counted, row.Counts.Duplicates, row.Counts.Unmatched, row.Counts.DeadLettered);
}
