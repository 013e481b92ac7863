using System.Net;
using System.Text.Json;

namespace CloudNative.Fault.Tests.Load;

/// <summary>
/// Customers of the API: each sends a request, sends it again with the same ids until it is acknowledged, and goes on with the next. Bounded in count,
/// rate and time.
/// </summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly TestTenant _tenant;
    private readonly LoadOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _givingUp = new();
    private readonly Task _sending;
    private int _made;

    private LoadGenerator(TestTenant tenant, LoadOptions options, EventLedger ledger, Random random)
    {
        (_tenant, _options, Ledger) = (tenant, options, ledger);
        _sending = Task.WhenAll(Enumerable.Range(0, options.Senders).Select(_ => random.Next()).ToList().Select(seed => Task.Run(() => SendAsync(new Random(seed)))));
    }

    public EventLedger Ledger { get; }

    public static LoadGenerator Start(TestTenant tenant, Random random, LoadOptions? options = null, EventLedger? ledger = null) =>
        new(tenant, options ?? new LoadOptions(), ledger ?? new EventLedger(), random);

    /// <summary>Sends these events in one request, once.</summary>
    public static async Task<Outcome> SendAsync(HttpClient http, IReadOnlyCollection<SentEvent> events, EventLedger ledger, CancellationToken cancellationToken)
    {
        var (outcome, detail) = await PostAsync(http, Body(events), cancellationToken);
        ledger.Append(events, outcome, detail);
        return outcome;
    }

    /// <summary>Sends these events in one request, and nothing disturbs it.</summary>
    public static async Task SendSafelyAsync(TestTenant tenant, IReadOnlyCollection<SentEvent> events, EventLedger ledger, CancellationToken cancellationToken)
    {
        var (outcome, detail) = await PostAsync(tenant.Http, Body(events), cancellationToken);
        ledger.Append(events, outcome, detail);
        Assert.True(outcome == Outcome.Acknowledged, detail);
    }

    /// <summary>Waits until so many events more are acknowledged.</summary>
    public async Task ProgressAsync(int events)
    {
        var goal = Ledger.Acknowledged.Count + events;
        await Eventually.GetAsync(_ => Task.FromResult(Ledger.Acknowledged.Count), acknowledged => acknowledged >= goal || _sending.IsCompleted, $"{goal} events are acknowledged");
    }

    /// <summary>Nothing new is sent; what is not acknowledged yet is sent again until it is.</summary>
    public async Task<EventLedger> StopAsync()
    {
        await _stopping.CancelAsync();
        await _sending.WaitAsync(Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(Ledger.Sent.Count, Ledger.Acknowledged.Count);
        return Ledger;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _givingUp.CancelAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _givingUp.Dispose();
        Ledger.Dispose();
    }

    private async Task SendAsync(Random random)
    {
        while (!_stopping.IsCancellationRequested && _made < _options.MaxEvents)
        {
            var events = Make(random, _options.MaxBatch);
            Interlocked.Add(ref _made, events.Count);
            var body = Body(events);
            await UntilAcknowledgedAsync(events, body);
            if (random.Next(_options.RepeatOneIn) == 0)
                await UntilAcknowledgedAsync(events, body);
            await Task.Delay(_options.Pause, _givingUp.Token);
        }
    }

    private static List<SentEvent> Make(Random random, int maxBatch)
    {
        var count = random.Next(2) == 0 ? 1 : random.Next(1, maxBatch + 1);
        return [.. Enumerable.Range(0, count).Select(_ => SentEvent.New(random))];
    }

    private static byte[] Body(IEnumerable<SentEvent> events) => JsonSerializer.SerializeToUtf8Bytes(events.Select(sent => sent.ToCloudEvent()));

    private async Task UntilAcknowledgedAsync(List<SentEvent> events, byte[] body)
    {
        while (true)
        {
            var (outcome, detail) = await PostAsync(_tenant.Http, body, _givingUp.Token);
            Ledger.Append(events, outcome, detail);
            if (outcome == Outcome.Acknowledged)
                return;
            Assert.True(outcome == Outcome.Unknown, $"The API refused good events: {detail}");
            await Task.Delay(RetryPause, _givingUp.Token);
        }
    }

    private static async Task<(Outcome Outcome, string Detail)> PostAsync(HttpClient http, byte[] body, CancellationToken cancellationToken)
    {
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/cloudevents-batch+json") } };
            using var answer = await http.PostAsync("events", content, cancellationToken);
            return answer.StatusCode switch
            {
                HttpStatusCode.NoContent => (Outcome.Acknowledged, "204"),
                >= HttpStatusCode.InternalServerError => (Outcome.Unknown, $"{(int)answer.StatusCode}"),
                _ => (Outcome.Refused, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}"),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (Outcome.Unknown, e.GetType().Name);
        }
    }
}
