using System.Globalization;
using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;

namespace CloudNative.Web.Meters;

/// <summary>Each group's exact figure of the whole range, greatest first.</summary>
public sealed partial class UsageTotals
{
    private const int MaxRows = 50;

    /// <summary>One row a group.</summary>
    [Parameter, EditorRequired]
    public IReadOnlyList<UsageRow> Rows { get; set; } = [];

    [Parameter, EditorRequired]
    public string GroupBy { get; set; } = "";

    [CascadingParameter]
    private UsageChart Chart { get; set; } = null!;

    /// <summary>The bar's width in percent of the greatest.</summary>
    private string Share(UsageRow row)
    {
        var greatest = Rows.Max(other => other.Value.Approximate());
        var share = greatest <= 0 ? 0 : Math.Max(0, row.Value.Approximate() / greatest * 100);
        return share.ToString("0.#", CultureInfo.InvariantCulture);
    }
}
