using System.Globalization;
using CloudNative.Web.Api;
using MudBlazor;

namespace CloudNative.Web.Ledger;

/// <summary>The states of the books in words.</summary>
internal static class LedgerWords
{
    /// <summary>Of the duplicates: ids that were given to two different events.</summary>
    private const string OtherPayload = "Other payload";

    private const string Missing = "missing";
    private const string Pending = "pending";
    private const string Unacknowledged = "unacknowledged";

    /// <summary>Received = counted + duplicates + unmatched + dead letters.</summary>
    public static IReadOnlyList<(string Name, Func<LedgerRow, long> Count)> Columns { get; } =
    [
        ("Acknowledged", row => row.Acknowledged),
        ("Received", row => row.Received),
        ("Counted", row => row.Counted),
        ("Duplicates", row => row.Duplicates),
        (OtherPayload, row => row.DifferentPayload),
        ("Unmatched", row => row.Unmatched),
        ("Dead letters", row => row.DeadLettered),
    ];

    /// <summary>The columns that add up.</summary>
    public static IReadOnlyList<(string Name, Func<LedgerRow, long> Count)> Tiles { get; } = [.. Columns.Where(column => column.Name != OtherPayload)];

    public static string Title(string? state) => state switch
    {
        Missing => "Events are missing",
        Pending => "Counting is under way",
        Unacknowledged => "More was received than acknowledged",
        _ => "Balanced",
    };

    public static string Explain(string? state) => state switch
    {
        Missing => "They were acknowledged, and the log has no more of them that is not counted.",
        Pending => "Acknowledged events are in the log and not counted yet.",
        Unacknowledged => "Normal after timeouts and restarts: what a client sends again counts once.",
        _ => "What was acknowledged was received.",
    };

    public static Severity Severity(string? state) => state switch
    {
        Missing => MudBlazor.Severity.Error,
        Pending or Unacknowledged => MudBlazor.Severity.Info,
        _ => MudBlazor.Severity.Success,
    };

    public static string Pill(string state) => state switch
    {
        Missing => "pill-error",
        Pending => "pill-warning",
        _ => "",
    };

    /// <summary>The state, with how many events are behind it.</summary>
    public static string Figure(LedgerRow row) => row.State switch
    {
        Missing => $"{Text(row.Missing)} missing",
        Pending => $"{Text(row.Pending)} pending",
        Unacknowledged => $"{Text(row.Unacknowledged)} unacknowledged",
        _ => row.State,
    };

    private static string Text(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
