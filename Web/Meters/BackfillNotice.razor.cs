using System.Globalization;
using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Meters;

/// <summary>Says that a meter's figures are incomplete, and how far it has counted its past.</summary>
public sealed partial class BackfillNotice
{
    [Parameter, EditorRequired]
    public Backfill Backfill { get; set; } = null!;

    // Rounded down: not 100 before it is done.
    private string Share => Backfill.Percent is { } percent ? $"{Math.Floor(percent).ToString(CultureInfo.InvariantCulture)} %" : "waiting";

    private string Looked => Backfill.Total is { } total ? $", {Text(Backfill.Scanned)} of about {Text(total)} looked at" : "";

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
