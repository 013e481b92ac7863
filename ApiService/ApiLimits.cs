namespace CloudNative.ApiService;

/// <summary>Limits of a request.</summary>
internal static class ApiLimits
{
    public const long MaxBodyBytes = 4 * 1024 * 1024;
}
