using System.Text;
using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Load;

/// <summary>Posts one event to the echo endpoint, over and over.</summary>
internal sealed class EchoLoad : IDisposable
{
    private readonly HttpConnection[] _connections;
    private readonly byte[] _request;

    public EchoLoad(Uri api, int connections, TimeProvider clock)
    {
        var body = BenchEvent.Of(0, clock.GetUtcNow()).Json;
        var head = $"POST {EchoEndpoint.Path} HTTP/1.1\r\nHost: {api.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n";
        _request = [.. Encoding.ASCII.GetBytes(head), .. body];
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new HttpConnection(api))];
    }

    /// <summary>Requests per second.</summary>
    public async Task<double> RateAsync(long requests, CancellationToken cancellationToken)
    {
        var run = new LoadClock(new LoadPlan { Requests = requests });
        await Task.WhenAll(_connections.Select(connection => Task.Run(() => RunAsync(connection, run, cancellationToken), cancellationToken)));
        return requests / run.Elapsed.TotalSeconds;
    }

    public void Dispose() => Array.ForEach(_connections, connection => connection.Dispose());

    private async Task RunAsync(HttpConnection connection, LoadClock run, CancellationToken cancellationToken)
    {
        while (await run.NextAsync(cancellationToken))
        {
            var answer = await connection.SendAsync(_request, cancellationToken);
            if (answer.Status != 200)
                throw new InvalidOperationException($"The echo endpoint answered {answer.Status}.");
        }
    }
}
