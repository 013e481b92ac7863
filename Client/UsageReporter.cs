using System.Threading.Channels;
using System.Threading.RateLimiting;
using CloudNative.Metering.Client.Reporting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CloudNative.Metering.Client;

/// <summary>
/// Takes events over and sends them in the background, in batches and in order, until the API has taken each. Their ids are fixed, so that repetition counts
/// nothing twice. Where <see cref="UsageReporterOptions.BufferFolder"/> is set they outlive the process. Register it with <c>AddUsageReporter</c>.
/// </summary>
public sealed partial class UsageReporter : IHostedService, IAsyncDisposable
{
    /// <summary>Before a batch is sent again that failed in a way that the retries of the HTTP client do not cover.</summary>
    private static readonly TimeSpan FailurePause = TimeSpan.FromSeconds(5);

    private readonly UsageReporterOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<UsageReporter> _logger;
    private readonly ConcurrencyLimiter _room;
    private readonly Channel<PendingEvent> _events = Channel.CreateUnbounded<PendingEvent>(new UnboundedChannelOptions { SingleReader = true });
    private readonly EventJournal? _journal;
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Lazy<Task> _end;
    private readonly Task _sending;
    private TaskCompletionSource _advance = NewAdvance();
    private long _taken;
    private long _settled;

    /// <summary>Starts to send; first what an earlier process left in the buffer folder.</summary>
    /// <exception cref="IOException">Another process uses the buffer folder, or it can't be written to.</exception>
    public UsageReporter(IHttpClientFactory clients, IOptions<UsageReporterOptions> options, ILogger<UsageReporter> logger, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(clients);
        ArgumentNullException.ThrowIfNull(options);
        (_options, _logger, _clock) = (options.Value, logger, clock ?? TimeProvider.System);
        _room = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = _options.CapacityBytes, QueueLimit = int.MaxValue });
        var left = Array.Empty<PendingEvent>();
        if (_options.BufferFolder is { } folder)
        {
            _journal = new EventJournal(folder, Take, logger);
            left = [.. _journal.Recover().Select(found => new PendingEvent(found.Json, _room.AttemptAcquire(found.Json.Length)) { Segment = found.Segment })];
        }

        foreach (var pending in left)
            Take(pending);
        if (left.Length > 0)
            LogRecovered(left.Length);
        // Made here, so that a container ends what it sends with after it has ended this.
        clients.CreateClient(MeteringClientServices.ReporterClient).Dispose();
        var sender = new BatchSender(clients, Settle, _options.OnRefused, logger);
        _sending = Task.Run(() => SendAllAsync(new EventBatches(_events.Reader, _options, _clock), sender));
        _end = new Lazy<Task>(EndAsync);
    }

    /// <summary>Events that were taken over and not yet sent.</summary>
    public long Pending => Interlocked.Read(ref _taken) - Interlocked.Read(ref _settled);

    /// <summary>
    /// Takes an event over; waits while there is no room. When this completes it will be sent, and where there is a buffer folder it is on the disk. After a
    /// cancellation it may have been taken over or not: report it again with the same id.
    /// </summary>
    /// <exception cref="ArgumentException">A required attribute is empty, or the event is too long.</exception>
    /// <exception cref="IOException">The buffer folder does not take it.</exception>
    public async ValueTask ReportAsync(UsageEvent usage, CancellationToken cancellationToken)
    {
        var json = EventJson.Write(usage, _clock);
        var room = await _room.AcquireAsync(json.Length, cancellationToken);
        ObjectDisposedException.ThrowIf(!room.IsAcquired, this);
        await TakeOverAsync(new PendingEvent(json, room), cancellationToken);
    }

    /// <summary>As <see cref="ReportAsync"/>, but false at once while there is no room.</summary>
    /// <exception cref="ArgumentException">A required attribute is empty, or the event is too long.</exception>
    /// <exception cref="IOException">The buffer folder does not take it.</exception>
    public async ValueTask<bool> TryReportAsync(UsageEvent usage, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_end.IsValueCreated, this);
        var json = EventJson.Write(usage, _clock);
        var room = _room.AttemptAcquire(json.Length);
        if (!room.IsAcquired)
            return false;
        await TakeOverAsync(new PendingEvent(json, room), cancellationToken);
        return true;
    }

    /// <summary>Completes when everything that was reported before is sent, or refused for good.</summary>
    /// <exception cref="InvalidOperationException">The reporter has ended before that.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var all = Interlocked.Read(ref _taken);
        while (true)
        {
            var advance = Volatile.Read(ref _advance).Task;
            if (Interlocked.Read(ref _settled) >= all)
                return;
            if (_sending.IsCompleted)
                throw new InvalidOperationException($"The reporter has ended; {Pending} events are not sent.");
            await Task.WhenAny(advance, _sending).WaitAsync(cancellationToken);
        }
    }

    Task IHostedService.StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    Task IHostedService.StopAsync(CancellationToken cancellationToken) => _end.Value.WaitAsync(cancellationToken);

    /// <summary>Takes no more events, and waits for what is not sent yet, at most as long as <see cref="UsageReporterOptions.FlushTimeout"/>.</summary>
    public async ValueTask DisposeAsync() => await _end.Value;

    private async Task TakeOverAsync(PendingEvent pending, CancellationToken cancellationToken)
    {
        if (_journal is null)
        {
            Take(pending);
            return;
        }

        try
        {
            await _journal.AddAsync(pending, cancellationToken);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            pending.Settle();
            throw;
        }
    }

    private void Take(PendingEvent pending)
    {
        Interlocked.Increment(ref _taken);
        if (_events.Writer.TryWrite(pending))
            return;
        Interlocked.Decrement(ref _taken);
        pending.Settle();
        throw new ObjectDisposedException(nameof(UsageReporter));
    }

    private void Settle(PendingEvent pending)
    {
        pending.Settle();
        Interlocked.Increment(ref _settled);
    }

    private async Task SendAllAsync(EventBatches batches, BatchSender sender)
    {
        while (await batches.TakeAsync(_giveUp.Token) is { } batch)
        {
            await SendAsync(batch, sender);
            Interlocked.Exchange(ref _advance, NewAdvance()).SetResult();
        }
    }

    /// <summary>Whatever goes wrong, events are only settled by an answer: what is not is sent again.</summary>
    private async Task SendAsync(List<PendingEvent> batch, BatchSender sender)
    {
        while (batch.FindAll(pending => !pending.IsSettled) is { Count: > 0 } left)
        {
            try
            {
                await sender.SendAsync(left, _giveUp.Token);
            }
            catch (Exception e) when (!_giveUp.IsCancellationRequested)
            {
                LogRepeated(batch.Count(pending => !pending.IsSettled), FailurePause.TotalSeconds, e);
                await Task.Delay(FailurePause, _clock, _giveUp.Token);
            }
        }
    }

    private async Task EndAsync()
    {
        if (_journal is not null)
            await _journal.CompleteAsync();
        _events.Writer.TryComplete();
        await _sending.WaitAsync(_options.FlushTimeout, _clock, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _giveUp.CancelAsync();
        await _sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (Pending > 0 && _options.BufferFolder is { } folder)
            LogKept(Pending, folder);
        else if (Pending > 0)
            LogLost(Pending);
        if (_journal is not null)
            await _journal.DisposeAsync();
        await _room.DisposeAsync();
        _giveUp.Dispose();
    }

    private static TaskCompletionSource NewAdvance() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(1, LogLevel.Information, "{Events} events that an earlier process left are sent")]
    private partial void LogRecovered(int events);

    [LoggerMessage(2, LogLevel.Warning, "{Events} events could not be sent in time; they stay in {Folder} for the next process")]
    private partial void LogKept(long events, string folder);

    [LoggerMessage(3, LogLevel.Error, "{Events} events could not be sent in time, and are lost: there is no buffer folder")]
    private partial void LogLost(long events);

    [LoggerMessage(4, LogLevel.Error, "{Events} events are not sent, and are sent again in {Seconds} s")]
    private partial void LogRepeated(int events, double seconds, Exception exception);
}
