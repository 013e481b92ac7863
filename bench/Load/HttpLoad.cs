using System.Diagnostics;

namespace CloudNative.Bench.Load;

/// <summary>
/// Posts events over a fixed number of connections, each of which sends its next request when the one before it is acknowledged. What is refused (503)
/// or has an unknown result is sent again with the same ids, as the API asks for.
/// </summary>
internal sealed class HttpLoad : IDisposable
{
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromMilliseconds(100);

    private readonly Worker[] _workers;
    private readonly TimeProvider _clock;

    public HttpLoad(Uri api, string apiKey, int batch, int connections, TimeProvider clock)
    {
        _clock = clock;
        _workers = [.. Enumerable.Range(0, connections).Select(number => new Worker(new HttpConnection(api), new EventRequest(api, apiKey, batch, number)))];
    }

    /// <param name="requests">How many.</param>
    public Task<LoadResult> RunAsync(long requests, CancellationToken cancellationToken) =>
        RunAsync(new LoadPlan { Requests = requests }, cancellationToken);

    public async Task<LoadResult> RunAsync(LoadPlan plan, CancellationToken cancellationToken)
    {
        var run = new LoadClock(plan);
        var results = await Task.WhenAll(_workers.Select(worker => Task.Run(() => RunAsync(worker, run, cancellationToken), cancellationToken)));
        return LoadResult.Sum(results, run.Elapsed);
    }

    public void Dispose() => Array.ForEach(_workers, worker => worker.Connection.Dispose());

    private async Task<LoadResult> RunAsync(Worker worker, LoadClock run, CancellationToken cancellationToken)
    {
        var (sent, refused, latencies) = (new Sent(), 0, new List<double>());
        while (await run.NextAsync(cancellationToken))
        {
            var bytes = worker.Request.Next(_clock.GetUtcNow());
            var started = Stopwatch.GetTimestamp();
            while (!await TrySendAsync(worker.Connection, bytes, cancellationToken))
            {
                refused++;
                started = Stopwatch.GetTimestamp();
            }

            latencies.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            sent += worker.Request.Content;
        }

        return new LoadResult(sent, TimeSpan.Zero, latencies, refused);
    }

    private static async ValueTask<bool> TrySendAsync(HttpConnection connection, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await connection.SendAsync(bytes, cancellationToken);
            if (answer.Status == 204)
                return true;
            if (answer.Status != 503)
                throw new InvalidOperationException($"The API answered {answer.Status}: {System.Text.Encoding.UTF8.GetString(answer.Body.Span)}");
            await Task.Delay(answer.RetryAfter, cancellationToken);
        }
        catch (IOException)
        {
            await Task.Delay(ReconnectDelay, cancellationToken);
        }

        return false;
    }

    private sealed record Worker(HttpConnection Connection, EventRequest Request);
}
