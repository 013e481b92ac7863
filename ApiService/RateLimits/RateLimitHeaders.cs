namespace CloudNative.ApiService.RateLimits;

/// <summary>The fields of draft-ietf-httpapi-ratelimit-headers.</summary>
internal static class RateLimitHeaders
{
    public const string Policy = "RateLimit-Policy";
    public const string Limit = "RateLimit";

    public static string Describe(QuotaPolicy policy) => $"\"{policy.Name}\";q={policy.Limit};w={policy.Window.TotalSeconds}";

    public static string Tell(QuotaPolicy policy, long left, TimeSpan endsIn) => $"\"{policy.Name}\";r={left};t={Seconds(endsIn)}";

    public static int Seconds(TimeSpan time) => Math.Max(1, (int)Math.Ceiling(time.TotalSeconds));
}
