using CloudNative.Web.Api;

namespace CloudNative.Web.ApiKeys;

/// <summary>An API key while it is being typed.</summary>
internal sealed class ApiKeyDraft
{
    /// <summary>The scopes that the API knows, and what each allows.</summary>
    public static IReadOnlyList<(string Scope, string Allows)> Scopes { get; } =
    [
        ("events:write", "Send events"),
        ("events:read", "Read events"),
        ("usage:read", "Ask for usage"),
        ("meters:read", "Read meters"),
        ("meters:write", "Change meters"),
        ("customers:read", "Read customers and subjects"),
        ("customers:write", "Change customers and subjects"),
        ("deadletters:read", "Read dead letters"),
        ("deadletters:write", "Repair and replay dead letters"),
        ("ledger:read", "Read the ledger"),
        ("audit:read", "Read the audit log"),
        ("keys:manage", "Manage API keys"),
        ("system:read", "Read the system's health"),
        ("portal:read", "Read portal tokens"),
        ("portal:write", "Create and end portal tokens"),
        ("*", "Everything, also what later versions add"),
    ];

    /// <summary>How long a key can be good; null days: forever.</summary>
    public static IReadOnlyList<(string Words, int? Days)> Lifetimes { get; } =
        [("30 days", 30), ("90 days", 90), ("1 year", 365), ("never", null)];

    public string Name { get; set; } = "";

    public HashSet<string> Chosen { get; } = [];

    public string Lifetime { get; set; } = Lifetimes[1].Words;

    public void Toggle(string scope)
    {
        if (!Chosen.Remove(scope))
            Chosen.Add(scope);
    }

    public ApiKeyRequest ToRequest(DateTimeOffset now) => new(
        Name.Trim(),
        [.. Scopes.Select(known => known.Scope).Where(Chosen.Contains)],
        Lifetimes.Single(lifetime => lifetime.Words == Lifetime).Days is { } days ? now.AddDays(days) : null);
}
