namespace Aspire.Hosting.Publishing.Overlays;

/// <summary>One node, nothing installed beforehand, data servers inside.</summary>
internal static class TrialOverlay
{
    public static Overlay Create() => new("trial", ["data-services"]);
}
