using System.Diagnostics;
using System.Text.Json;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Load;
using CloudNative.Bench.Servers;
using CloudNative.Metering.Events;

namespace CloudNative.Bench.Cases;

/// <summary>R12: a meter that is created after its events counts them, against one statement that reads the same raw rows.</summary>
internal sealed class BackfillCase : ICase
{
    private static readonly TimeSpan History = TimeSpan.FromDays(30);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private int _meters;

    public string Id => "R12";

    public string Title => "backfill of a new meter ÷ insert … select … group by over the same raw rows";

    public async Task<CaseResult> RunAsync(Workbench bench, CancellationToken cancellationToken)
    {
        var events = BenchEvent.New(bench.Sizes.BackfillEvents, bench.Clock.GetUtcNow(), History);
        await using var system = await MeteringSystem.CreateAsync(bench, cancellationToken, withMeter: false);
        using (var producer = new BareProducer(bench.Broker.BootstrapServers))
            producer.Send(UsageEventTopic.Name, BareProducer.Records(bench.Databases.TenantId, events, bench.Clock));
        await system.StartApiAsync(cancellationToken);
        // A new meter waits up to a second by default; that is no part of the rate.
        await system.StartSinkAsync(cancellationToken, new KeyValuePair<string, string>("Backfill__PollInterval", "00:00:00.1"));
        await system.Counts.UntilCountedAsync(events.Count, cancellationToken);

        using var api = system.Api.Client(Databases.ApiKey);
        var sent = Sent.Of(events);
        await BackfillAsync(system, api, sent, cancellationToken);
        var (a, b) = await Rounds.RunAsync(
            bench.Sizes.Rounds,
            token => BackfillAsync(system, api, sent, token),
            token => InsertSelect.RateAsync(system.Database, bench.Databases.TenantId, sent, token),
            cancellationToken);
        return new CaseResult(new Series("backfill", "events/s", a), new Series("insert … select", "events/s", b), Bound.AtLeast(0.4, 0.8));
    }

    /// <summary>Events per second, from the creation of the meter until its backfill says that it is done.</summary>
    private async Task<double> BackfillAsync(MeteringSystem system, HttpClient api, Sent sent, CancellationToken cancellationToken)
    {
        var before = await system.Counts.CountedAsync(cancellationToken);
        var meter = $"{Databases.Meter}_{++_meters}";
        await Databases.CreateMeterAsync(api, meter, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            await using var answer = await api.GetStreamAsync($"/api/v1/meters/{meter}/backfill", cancellationToken);
            using var progress = await JsonDocument.ParseAsync(answer, default, cancellationToken);
            var backfill = progress.RootElement;
            if (backfill.GetProperty("state").GetString() == "DONE")
            {
                var elapsed = Stopwatch.GetElapsedTime(started);
                var after = await system.Counts.CountedAsync(cancellationToken);
                CountMismatchException.ThrowUnless(sent.Events, after.Events - before.Events, "Events that the backfill counted");
                CountMismatchException.ThrowUnless(sent.Tokens, after.Tokens - before.Tokens, "Tokens that the backfill counted");
                return sent.Events / elapsed.TotalSeconds;
            }

            await Task.Delay(PollInterval, cancellationToken);
        }
    }
}
