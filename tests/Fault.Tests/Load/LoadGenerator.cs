using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.Fault.Tests.Load;

/// <summary>
/// Customers of the API: each sends a request, sends it again with the same ids until it is acknowledged, and goes on with the next. Bounded in count,
/// rate and time.
/// </summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    /// <summary>The API answers within this time, also when it can't take the events.</summary>
    private static readonly TimeSpan RefusalDeadline = TimeSpan.FromSeconds(10);

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

    /// <summary>Sends these events in one request, and again as a customer would who is told to come again.</summary>
    public static Task SendUntilAcknowledgedAsync(TestTenant tenant, IReadOnlyCollection<SentEvent> events, EventLedger ledger, CancellationToken cancellationToken) =>
        UntilAcknowledgedAsync(tenant, events, Body(events), ledger, cancellationToken).WaitAsync(Eventually.Deadline, cancellationToken);

    /// <summary>Waits until so many events more are acknowledged; fails when the load ends before.</summary>
    public async Task ProgressAsync(int events)
    {
        var goal = Ledger.Acknowledged.Count + events;
        await Eventually.GetAsync(_ => Task.FromResult(Ledger.Acknowledged.Count), acknowledged => acknowledged >= goal || _sending.IsCompleted, $"{goal} events are acknowledged");
        if (Ledger.Acknowledged.Count < goal)
            await EnsureSendingAsync();
    }

    /// <summary>Fails when the load has ended, with what ended it: then nothing is left to wait for.</summary>
    public async Task EnsureSendingAsync()
    {
        if (!_sending.IsCompleted)
            return;
        await _sending;
        Assert.Fail($"The load ended after {Ledger.Acknowledged.Count} events, too early for this test.");
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
        try
        {
            await SendManyAsync(random);
        }
        catch (Exception) when (!_givingUp.IsCancellationRequested)
        {
            // One sender's failure ends the load at once, and not when the others are through.
            await _givingUp.CancelAsync();
            throw;
        }
    }

    private async Task SendManyAsync(Random random)
    {
        while (!_stopping.IsCancellationRequested && _made < _options.MaxEvents)
        {
            var events = Make(random, _options.MaxBatch);
            Interlocked.Add(ref _made, events.Count);
            var body = Body(events);
            await UntilAcknowledgedAsync(_tenant, events, body, Ledger, _givingUp.Token);
            if (random.Next(_options.RepeatOneIn) == 0)
                await UntilAcknowledgedAsync(_tenant, events, body, Ledger, _givingUp.Token);
            await Task.Delay(_options.Pause, _givingUp.Token);
        }
    }

    private static List<SentEvent> Make(Random random, int maxBatch)
    {
        var count = random.Next(2) == 0 ? 1 : random.Next(1, maxBatch + 1);
        return [.. Enumerable.Range(0, count).Select(_ => SentEvent.New(random))];
    }

    private static byte[] Body(IEnumerable<SentEvent> events) => JsonSerializer.SerializeToUtf8Bytes(events.Select(sent => sent.ToCloudEvent()));

    private static async Task UntilAcknowledgedAsync(
        TestTenant tenant, IReadOnlyCollection<SentEvent> events, byte[] body, EventLedger ledger, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (outcome, detail) = await PostAsync(tenant.Http, body, cancellationToken);
            ledger.Append(events, outcome, detail);
            if (outcome == Outcome.Acknowledged)
                return;
            Assert.True(outcome is Outcome.Deferred or Outcome.Unknown, $"The API's answer to good events: {detail}");
            await Task.Delay(RetryPause, cancellationToken);
        }
    }

    private static async Task<(Outcome Outcome, string Detail)> PostAsync(HttpClient http, byte[] body, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/cloudevents-batch+json") } };
            using var answer = await http.PostAsync("events", content, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.NoContent)
                return (Outcome.Acknowledged, "204");
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            return (OutcomeOf(answer, seconds), string.Create(CultureInfo.InvariantCulture, $"{(int)answer.StatusCode} after {seconds:0.0} s {text}"));
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (Outcome.Unknown, e.GetType().Name);
        }
    }

    private static Outcome OutcomeOf(HttpResponseMessage answer, double seconds) => answer.StatusCode switch
    {
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => Outcome.Refused,
        HttpStatusCode.ServiceUnavailable when answer.Headers.RetryAfter is not null && seconds <= RefusalDeadline.TotalSeconds => Outcome.Deferred,
        _ => Outcome.Faulty,
    };
}
