using CloudNative.Metering.Rollups;

namespace CloudNative.ApiService.Meters;

/// <summary>The meter's usage.</summary>
/// <param name="From">As asked.</param>
/// <param name="To">As asked.</param>
/// <param name="WindowSize">As asked.</param>
/// <param name="Incomplete">True while the meter has not counted all that was stored before its creation (see its backfill): more will come. Else absent.</param>
/// <param name="Data">Ordered by window, subject and dimensions; windows without events give no row.</param>
internal sealed record UsageResponse(
    DateTimeOffset? From, DateTimeOffset? To, WindowSize? WindowSize, bool? Incomplete, IReadOnlyList<UsageRow> Data);
