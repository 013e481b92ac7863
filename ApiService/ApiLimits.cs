namespace CloudNative.ApiService;

/// <summary>Limits of a request.</summary>
internal static class ApiLimits
{
    public const long MaxBodyBytes = 4 * 1024 * 1024;

    /// <summary>Of a request whose body nobody reads yet, because its key or the first look at the log is waited for: so much is kept for each connection.</summary>
    public const long MaxUnreadBytes = 128 * 1024;
}
