using System.Globalization;
using System.Text.Json;
using CloudNative.Fault.Tests.Load;
using CloudNative.Tests;

namespace CloudNative.Fault.Tests.Checks;

/// <summary>
/// Compares what was acknowledged with what the API tells, when nothing can change any more: per meter, minute, subject and region; id by id; and in
/// both sides of the books. Counted ÷ acknowledged must be exactly 1.
/// </summary>
internal static class Checker
{
    private const int FindingsShown = 20;

    public static async Task CheckAsync(TestTenant tenant, EventLedger ledger, CancellationToken cancellationToken, Expected? expected = null)
    {
        await Drain.WaitAsync(tenant.System);
        var events = ledger.Acknowledged.Values;
        Assert.NotEmpty(events);
        var counts = events.GroupBy(WindowOf).ToDictionary(window => window.Key, window => (decimal)window.Count());
        var sums = events.GroupBy(WindowOf).ToDictionary(window => window.Key, window => window.Sum(sent => sent.Value));

        var findings = new List<string>();
        findings.AddRange(Compare(TestTenant.Count, counts, await AskAsync(tenant, TestTenant.Count, cancellationToken)));
        findings.AddRange(Compare(TestTenant.Sum, sums, await AskAsync(tenant, TestTenant.Sum, cancellationToken)));
        findings.AddRange(await CompareIdsAsync(tenant, ledger, cancellationToken));
        findings.AddRange(await CompareBooksAsync(tenant, ledger, expected ?? new Expected(), cancellationToken));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{events.Count()} events acknowledged in {ledger.Attempts} attempts, {ledger.UnknownAttempts} with unknown result; {findings.Count} findings");
        if (findings.Count > 0)
            Assert.Fail($"FAULT_SEED={Seed.Value}, ledger {ledger.Path}: {findings.Count} findings\n  {string.Join("\n  ", findings.Take(FindingsShown))}");
    }

    private static Window WindowOf(SentEvent sent) =>
        new(new DateTimeOffset(sent.Time.UtcTicks - (sent.Time.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero), sent.Subject, sent.Region);

    private static async Task<Dictionary<Window, decimal>> AskAsync(TestTenant tenant, string meter, CancellationToken cancellationToken)
    {
        var usage = await tenant.GetAsync($"meters/{meter}/query?windowSize=MINUTE&groupBy=subject&groupBy={TestTenant.Dimension}", cancellationToken);
        return usage.GetProperty("data").EnumerateArray().ToDictionary(
            row => new Window(
                row.GetProperty("windowStart").GetDateTimeOffset(),
                row.GetProperty("subject").GetString()!,
                row.GetProperty("groupBy").GetProperty(TestTenant.Dimension).GetString()!),
            row => row.GetProperty("value").GetDecimal());
    }

    private static IEnumerable<string> Compare(string meter, Dictionary<Window, decimal> expected, Dictionary<Window, decimal> actual)
    {
        if (expected.Values.Sum() != actual.Values.Sum())
            yield return string.Create(CultureInfo.InvariantCulture, $"{meter}: {actual.Values.Sum()} of {expected.Values.Sum()} in all");
        foreach (var (window, value) in expected.Where(window => actual.GetValueOrDefault(window.Key) != window.Value))
            yield return string.Create(CultureInfo.InvariantCulture, $"{meter}, {window}: {actual.GetValueOrDefault(window)} instead of {value}");
        foreach (var (window, value) in actual.Where(window => !expected.ContainsKey(window.Key)))
            yield return string.Create(CultureInfo.InvariantCulture, $"{meter}, {window}: {value}, and nothing was sent");
    }

    /// <summary>The stored events are exactly those that were acknowledged.</summary>
    private static async Task<List<string>> CompareIdsAsync(TestTenant tenant, EventLedger ledger, CancellationToken cancellationToken)
    {
        var stored = await StoredIdsAsync(tenant, cancellationToken);
        var sent = ledger.Acknowledged.Keys.ToHashSet();
        return
        [
            .. sent.Except(stored).Select(id => $"event {id} is lost"),
            .. stored.Except(sent).Select(id => $"event {id} was not acknowledged{(ledger.Sent.ContainsKey(id) ? "" : ", nor ever sent")}"),
            .. stored.CountBy(id => id).Where(id => id.Value > 1).Select(id => $"event {id.Key} is stored {id.Value} times"),
        ];
    }

    /// <summary>Page by page.</summary>
    private static async Task<List<string>> StoredIdsAsync(TestTenant tenant, CancellationToken cancellationToken)
    {
        var ids = new List<string>();
        for (var cursor = ""; ;)
        {
            var page = await tenant.GetAsync($"../v2/events?limit=1000{cursor}", cancellationToken);
            ids.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("event").GetProperty("id").GetString()!));
            if (!page.TryGetProperty("nextCursor", out var next) || next.ValueKind != JsonValueKind.String)
                return ids;
            cursor = $"&cursor={next}";
        }
    }

    private static async Task<List<string>> CompareBooksAsync(
        TestTenant tenant, EventLedger ledger, Expected expected, CancellationToken cancellationToken)
    {
        var books = await SettledBooksAsync(tenant, ledger, expected, cancellationToken);
        var acknowledged = ledger.Acknowledged.Count;
        var sent = ledger.AcknowledgedAttempts + expected.DeadLettered + expected.ReadAgain;
        var findings = new List<string>();
        // What had an unknown result may be there in addition.
        var isExact = ledger.UnknownAttempts == 0 && (tenant.System.Broker.KnowsRepeatedRecords || expected.HasCalmProducer);
        if (books.Received < sent || (isExact && books.Received > sent))
            findings.Add($"the books say otherwise than {sent} received: {books}");
        if (books.Received != books.Counted + books.Duplicates + books.Unmatched + books.DeadLettered)
            findings.Add($"the books do not balance: {books}");
        if (books.DifferentPayload > 0)
            findings.Add($"the books say that ids came again with other bytes, and none did: {books}");
        if ((books.Counted + books.Unmatched, books.DeadLettered) != (acknowledged, expected.DeadLettered) || (books.Unmatched > 0 && !expected.MayBeUnmatched))
            findings.Add($"the books say otherwise than {acknowledged} counted and {expected.DeadLettered} dead: {books}");
        if (books.Acknowledged > ledger.AcknowledgedAttempts + ledger.UnknownAttempts)
            findings.Add($"the books say that more was acknowledged than the client's {ledger.AcknowledgedAttempts} and {ledger.UnknownAttempts} with unknown result: {books}");
        // All of the log is counted: what still waits, waits for ever.
        if (books.Missing + books.Pending > 0)
            findings.Add($"the books miss acknowledged events: {books}");
        if (books.DifferingHours > 0)
            findings.Add($"hours counted again from what is stored differ: {books}");
        return findings;
    }

    /// <summary>The API writes its side of the books a moment later.</summary>
    private static Task<Books> SettledBooksAsync(TestTenant tenant, EventLedger ledger, Expected expected, CancellationToken cancellationToken) =>
        expected.MayLackAcknowledged
            ? Books.ReadAsync(tenant, cancellationToken)
            : Eventually.GetAsync(
                token => Books.ReadAsync(tenant, token),
                books => books.Acknowledged >= ledger.AcknowledgedAttempts,
                $"the books show all of {ledger.AcknowledgedAttempts} acknowledged");

    private sealed record Window(DateTimeOffset Start, string Subject, string Region);
}

/// <summary>What the books say beside the events that were acknowledged.</summary>
internal sealed record Expected
{
    public int DeadLettered { get; init; }

    /// <summary>Records that were counted before, in a log that was cut.</summary>
    public int ReadAgain { get; init; }

    /// <summary>Events may have been there before the meters that count them now.</summary>
    public bool MayBeUnmatched { get; init; }

    /// <summary>An API process was killed, and took up to a second of its side of the books with it.</summary>
    public bool MayLackAcknowledged { get; init; }

    /// <summary>Nothing disturbed the API's way to the broker: no record is in the log twice, even where the broker would not notice.</summary>
    public bool HasCalmProducer { get; init; }
}

/// <summary>The ledger's totals of one tenant.</summary>
internal sealed record Books(long Received, long Counted, long Duplicates, long Unmatched, long DeadLettered)
{
    /// <summary>Of the duplicates: those with other bytes than the first.</summary>
    public long DifferentPayload { get; init; }

    public long Acknowledged { get; init; }

    public long Missing { get; init; }

    public long Pending { get; init; }

    public int DifferingHours { get; init; }

    public static async Task<Books> ReadAsync(TestTenant tenant, CancellationToken cancellationToken)
    {
        var ledger = await tenant.GetAsync("ledger?windowSize=DAY", cancellationToken);
        var windows = ledger.GetProperty("data").EnumerateArray().ToList();
        return new Books(Sum("received"), Sum("counted"), Sum("duplicates"), Sum("unmatched"), Sum("deadLettered"))
        {
            DifferentPayload = Sum("differentPayload"),
            Acknowledged = Sum("acknowledged"),
            Missing = Sum("missing"),
            Pending = Sum("pending"),
            DifferingHours = ledger.GetProperty("recount").GetProperty("differing").GetArrayLength(),
        };

        long Sum(string name) => windows.Sum(window => window.GetProperty(name).GetInt64());
    }
}
