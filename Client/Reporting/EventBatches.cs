using System.Threading.Channels;

namespace CloudNative.Metering.Client.Reporting;

/// <summary>Gathers events to batches, by number, bytes and time.</summary>
internal sealed class EventBatches(ChannelReader<PendingEvent> events, UsageReporterOptions options, TimeProvider clock)
{
    /// <summary>The next batch, in the order of the events; null when there are no more.</summary>
    public async Task<List<PendingEvent>?> TakeAsync(CancellationToken cancellationToken)
    {
        if (!await events.WaitToReadAsync(cancellationToken))
            return null;

        var batch = new List<PendingEvent>();
        var bytes = EventJson.BatchBytes([]);
        using var delay = new CancellationTokenSource(options.BatchDelay, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(delay.Token, cancellationToken);
        while (Fill(batch, ref bytes) && await IsMoreAsync(delay.Token, either.Token))
        {
            // Until it is full, or its time is over.
        }

        // What came while the time ended.
        Fill(batch, ref bytes);
        return batch;
    }

    /// <summary>Takes what is there; false when the batch is full.</summary>
    private bool Fill(List<PendingEvent> batch, ref int bytes)
    {
        while (batch.Count < options.BatchSize && events.TryPeek(out var next))
        {
            if (batch.Count > 0 && bytes + next.Json.Length + 1 > EventJson.MaxBatchBytes)
                return false;
            bytes += next.Json.Length + 1;
            batch.Add(next);
            events.TryRead(out _);
        }

        return batch.Count < options.BatchSize;
    }

    private async Task<bool> IsMoreAsync(CancellationToken delay, CancellationToken either)
    {
        try
        {
            return await events.WaitToReadAsync(either);
        }
        catch (OperationCanceledException) when (delay.IsCancellationRequested)
        {
            return false;
        }
    }
}
