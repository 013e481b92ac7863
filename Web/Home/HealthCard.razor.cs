using System.Globalization;
using CloudNative.Web.Api;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace CloudNative.Web.Home;

/// <summary>Each part of the system with its state.</summary>
public sealed partial class HealthCard
{
    private const string Healthy = "Healthy";
    private const string Degraded = "Degraded";

    [Parameter, EditorRequired]
    public SystemHealth Health { get; set; } = null!;

    private static string Icon(string status) => status switch
    {
        Healthy => Icons.Material.Filled.CheckCircle,
        Degraded => Icons.Material.Filled.Warning,
        _ => Icons.Material.Filled.Error,
    };

    private static Color Tone(string status) => status switch
    {
        Healthy => Color.Success,
        Degraded => Color.Warning,
        _ => Color.Error,
    };

    private static string Took(ComponentHealth component) =>
        component.DurationMs < 1 ? "<1 ms" : component.DurationMs.ToString("N0", CultureInfo.InvariantCulture) + " ms";
}
