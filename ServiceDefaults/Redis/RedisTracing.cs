using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using StackExchange.Redis.Profiling;

namespace CloudNative.ServiceDefaults.Redis;

/// <summary>
/// Spans and durations of Redis commands, by OpenTelemetry's database conventions. StackExchange.Redis has no ActivitySource; it offers
/// profiling sessions, which hold finished commands until they are drained: one session a sampled span, one for all the others.
/// </summary>
internal sealed class RedisTracing : BackgroundService
{
    public const string InstrumentName = "CloudNative.Redis";

    private static readonly ActivitySource Source = new(InstrumentName);
    private static readonly TimeSpan DrainInterval = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Activity, ProfilingSession> _sessions = new();
    private readonly ProfilingSession _untraced = new();
    private readonly TimeProvider _time;
    private readonly Histogram<double> _duration;

    public RedisTracing(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _duration = meters.Create(InstrumentName).CreateHistogram(
            "db.client.operation.duration",
            unit: "s",
            description: "Time from the creation of a Redis command to its answer.",
            tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5] });
    }

    public void Watch(IConnectionMultiplexer redis) => redis.RegisterProfiler(() =>
        Activity.Current is { IsAllDataRequested: true } caller ? _sessions.GetOrAdd(caller, _ => new ProfilingSession()) : _untraced);

    /// <summary>Turns every finished command into a span and a measurement.</summary>
    public void Drain()
    {
        foreach (var command in _untraced.FinishProfiling())
            Measure(command);

        foreach (var (caller, session) in _sessions)
        {
            // Looked at before draining: a command of a span that ends in between is seen in the next round.
            var ended = caller.IsStopped;
            foreach (var command in session.FinishProfiling())
            {
                Measure(command);
                Trace(command, caller);
            }

            if (ended)
                _sessions.TryRemove(caller, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(DrainInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                Drain();
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            Drain();
        }
    }

    private void Measure(IProfiledCommand command) => _duration.Record(
        command.ElapsedTime.TotalSeconds,
        new("db.system.name", "redis"),
        new("db.operation.name", command.Command));

    private static void Trace(IProfiledCommand command, Activity caller)
    {
        var started = new DateTimeOffset(DateTime.SpecifyKind(command.CommandCreated, DateTimeKind.Utc));
        using var span = Source.StartActivity(ActivityKind.Client, caller.Context, startTime: started, name: command.Command);
        if (span is null)
            return;

        span.SetTag("db.system.name", "redis");
        span.SetTag("db.operation.name", command.Command);
        span.SetTag("db.namespace", command.Db.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (Address(command.EndPoint) is var (host, port))
        {
            span.SetTag("server.address", host);
            span.SetTag("server.port", port);
        }

        span.SetEndTime((started + command.ElapsedTime).UtcDateTime);
    }

    private static (string Host, int Port)? Address(EndPoint? endPoint) => endPoint switch
    {
        DnsEndPoint dns => (dns.Host, dns.Port),
        IPEndPoint ip => (ip.Address.ToString(), ip.Port),
        _ => null,
    };
}
