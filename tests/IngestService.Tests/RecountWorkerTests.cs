using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using CloudNative.IngestService.Recounts;
using CloudNative.Metering.Recounts;
using CloudNative.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CloudNative.IngestService.Tests;

/// <summary>Books that differ from what is stored, or lack what was acknowledged, raise the alarm: in the log at Error, and in the metric, until they agree again.</summary>
public sealed class RecountWorkerTests(TestServers servers) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    [Fact]
    public async Task Run_CorruptedBooks_RaisesTheAlarmUntilTheyAreMended()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        await database.ScalarAsync($"""
            insert into ledger (tenant_id, minute, stream_id, partition, received, counted, duplicates, unmatched, dead_lettered)
            select id, date_trunc('hour', now()) - interval '3 hours', 1, 0, 7, 0, 0, 7, 0 from tenants returning 1
            """);
        var logger = new Errors();
        using var worker = Worker(database, logger);
        await worker.StartAsync(Cancellation);

        await Eventually.GetAsync(_ => Task.FromResult(Measured("cloudnative.ledger.differences")), differences => differences == 1, "the metric shows the difference", Deadline);
        Assert.Contains("the books have 7 events and 0 dead letters, stored are 0 and 0", logger.Messages.First(), StringComparison.Ordinal);

        await database.ScalarAsync("update ledger set received = 0, unmatched = 0 returning 1");
        await Eventually.GetAsync(_ => Task.FromResult(Measured("cloudnative.ledger.differences")), differences => differences == 0, "the metric shows that they agree", Deadline);
        await worker.StopAsync(Cancellation);
    }

    [Fact]
    public async Task Run_AcknowledgedEventsThatWereNeverReceived_RaiseTheAlarmOnce()
    {
        await using var database = await IngestDatabase.CreateAsync(servers);
        await database.ScalarAsync("""
            update ledger_bounds set counted_until = now();
            insert into acknowledged select id, date_trunc('hour', now()) - interval '3 hours', gen_random_uuid(), 7 from tenants returning 1
            """);
        var logger = new Errors();
        using var worker = Worker(database, logger);
        await worker.StartAsync(Cancellation);

        await Eventually.GetAsync(_ => Task.FromResult(Measured("cloudnative.ledger.missing")), missing => missing == 7, "the metric shows what is missing", Deadline);
        await database.ScalarAsync("insert into acknowledged select id, date_trunc('hour', now()) - interval '4 hours', gen_random_uuid(), 1 from tenants returning 1");
        await Eventually.GetAsync(_ => Task.FromResult(Measured("cloudnative.ledger.missing")), missing => missing == 8, "the metric shows the other hour", Deadline);
        await worker.StopAsync(Cancellation);

        Assert.Equal(["7 events", "1 events"], logger.Messages.Select(message => message[..8]));
        Assert.Equal(0, Measured("cloudnative.ledger.differences"));
    }

    private RecountWorker Worker(IngestDatabase database, Errors logger) => new(
        new BookRecount(database.Source, TimeProvider.System), new RecountQuery(database.Source, TimeProvider.System),
        Options.Create(new RecountOptions { Interval = TimeSpan.FromMilliseconds(100) }), _services.GetRequiredService<IMeterFactory>(), TimeProvider.System, logger);

    private long Measured(string name)
    {
        var value = 0L;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == name && ReferenceEquals(instrument.Meter.Scope, _services.GetRequiredService<IMeterFactory>()))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, measurement, _, _) => value = measurement);
        listener.Start();
        listener.RecordObservableInstruments();
        return value;
    }

    private sealed class Errors : ILogger<RecountWorker>
    {
        public ConcurrentQueue<string> Messages { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel == LogLevel.Error)
                Messages.Enqueue(formatter(state, exception));
        }
    }
}
