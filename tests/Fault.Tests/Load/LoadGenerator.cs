using System.Net;
using System.Text.Json;

namespace CloudNative.Fault.Tests.Load;

/// <summary>
/// Customers of the API: each sends a request, sends it again with the same ids until it is acknowledged, and goes on with the next. Bounded in count,
/// rate and time.
/// </summary>
internal sealed class LoadGenerator : IAsyncDisposable
{
    private const int Subjects = 40;
    private static readonly string[] Regions = ["eu", "us", "ap", ""];
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
            var events = Make(random);
            var body = JsonSerializer.SerializeToUtf8Bytes(events.Select(sent => sent.ToCloudEvent()));
            await UntilAcknowledgedAsync(events, body);
            if (random.Next(_options.RepeatOneIn) == 0)
                await UntilAcknowledgedAsync(events, body);
            await Task.Delay(_options.Pause, _givingUp.Token);
        }
    }

    private List<SentEvent> Make(Random random)
    {
        var count = random.Next(2) == 0 ? 1 : random.Next(1, _options.MaxBatch + 1);
        Interlocked.Add(ref _made, count);
        return [.. Enumerable.Range(0, count).Select(_ => new SentEvent(
            Guid.NewGuid().ToString("N"),
            $"subject-{random.Next(Subjects)}",
            Regions[random.Next(Regions.Length)],
            _options.From.AddSeconds(random.Next(_options.Minutes * 60)).AddMilliseconds(random.Next(1000)),
            random.Next(-1_000, 1_000_000) / 1_000m))];
    }

    private async Task UntilAcknowledgedAsync(List<SentEvent> events, byte[] body)
    {
        while (true)
        {
            var (outcome, detail) = await PostAsync(body);
            Ledger.Append(events, outcome, detail);
            if (outcome == Outcome.Acknowledged)
                return;
            Assert.True(outcome == Outcome.Unknown, $"The API refused good events: {detail}");
            await Task.Delay(RetryPause, _givingUp.Token);
        }
    }

    private async Task<(Outcome Outcome, string Detail)> PostAsync(byte[] body)
    {
        try
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/cloudevents-batch+json") } };
            using var answer = await _tenant.Http.PostAsync("events", content, _givingUp.Token);
            return answer.StatusCode switch
            {
                HttpStatusCode.NoContent => (Outcome.Acknowledged, "204"),
                >= HttpStatusCode.InternalServerError => (Outcome.Unknown, $"{(int)answer.StatusCode}"),
                _ => (Outcome.Refused, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(_givingUp.Token)}"),
            };
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is TaskCanceledException && !_givingUp.IsCancellationRequested))
        {
            return (Outcome.Unknown, e.GetType().Name);
        }
    }
}
