namespace CloudNative.ServiceDefaults.Health;

/// <summary>Tags of health checks.</summary>
public static class HealthTags
{
    /// <summary>Says that the process itself runs: the only checks of <c>/alive</c>.</summary>
    public const string Live = "live";

    /// <summary>Something the service cannot do its work without. Checks without it may degrade <c>/health</c>, never fail it.</summary>
    public const string Ready = "ready";
}
