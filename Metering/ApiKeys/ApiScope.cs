namespace CloudNative.Metering.ApiKeys;

/// <summary>What a key may do; stored and sent by clients, so none is ever renamed.</summary>
public static class ApiScope
{
    /// <summary>Everything, also what later versions add.</summary>
    public const string Everything = "*";

    public const string EventsWrite = "events:write";
    public const string EventsRead = "events:read";
    public const string MetersRead = "meters:read";
    public const string MetersWrite = "meters:write";
    public const string CustomersRead = "customers:read";
    public const string CustomersWrite = "customers:write";
    public const string UsageRead = "usage:read";
    public const string DeadLettersRead = "deadletters:read";
    public const string DeadLettersWrite = "deadletters:write";
    public const string LedgerRead = "ledger:read";
    public const string AuditRead = "audit:read";
    public const string KeysManage = "keys:manage";
    public const string SystemRead = "system:read";
    public const string PortalRead = "portal:read";
    public const string PortalWrite = "portal:write";

    /// <summary>Each scope and what it allows, for people.</summary>
    public static IReadOnlyList<(string Scope, string Allows)> All { get; } =
    [
        (EventsWrite, "Send usage events."),
        (EventsRead, "Read events and what became of them."),
        (MetersRead, "Read the definitions of meters."),
        (MetersWrite, "Create, change and delete meters."),
        (CustomersRead, "Read customers and subjects."),
        (CustomersWrite, "Create, change and delete customers and subjects."),
        (UsageRead, "Ask meters for usage, and for their subjects."),
        (DeadLettersRead, "Read dead letters."),
        (DeadLettersWrite, "Repair, replay and discard dead letters."),
        (LedgerRead, "Read the books."),
        (AuditRead, "Read what was done, and by which key."),
        (KeysManage, "List, create, rename, rotate and revoke API keys. A key grants only what it may do itself."),
        (SystemRead, "Read the health of the system."),
        (PortalRead, "List portal tokens."),
        (PortalWrite, "Create and invalidate portal tokens, which show a subject its usage."),
        (Everything, "All of the above, and what later versions add."),
    ];

    public static bool IsKnown(string scope) => All.Any(known => known.Scope == scope);

    /// <summary>Whether somebody with the scopes <paramref name="held"/> may do what <paramref name="scope"/> allows.</summary>
    public static bool Allows(IReadOnlyCollection<string> held, string scope) => held.Contains(scope) || held.Contains(Everything);
}
