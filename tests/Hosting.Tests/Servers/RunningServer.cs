using System.Collections.Concurrent;
using System.Threading.Channels;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;

namespace CloudNative.Hosting.Tests.Servers;

internal static class RunningServer
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <summary>Prepares and starts the server and waits until it is ready; one that ends before that fails with its lines.</summary>
    public static async Task<RunningServer<T>> StartAsync<T>(T server, CancellationToken cancellationToken) where T : ILocalServer
    {
        var lines = new ConcurrentQueue<string>();
        var unread = Channel.CreateUnbounded<string>();
        var process = LocalProcess.Start(await server.PrepareAsync(cancellationToken), output =>
        {
            lines.Enqueue(output.Line);
            unread.Writer.TryWrite(output.Line);
        });
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        var ready = server.ReadyAsync(deadline.Token);
        if (await Task.WhenAny(ready, process.Exit) != ready)
            Assert.Fail($"It ended with exit code {await process.Exit}: {string.Join('\n', lines)}");
        await ready;
        return new RunningServer<T>(server, process, unread.Reader);
    }
}

internal sealed record RunningServer<T>(T Server, LocalProcess Process, ChannelReader<string> Lines) : IAsyncDisposable where T : ILocalServer
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public async Task<string> NextLineAsync(CancellationToken cancellationToken) =>
        await Lines.ReadAsync(cancellationToken).AsTask().WaitAsync(Deadline, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Process.StopAsync(Deadline, CancellationToken.None);
        await Process.DisposeAsync();
        if (Server is IAsyncDisposable server)
            await server.DisposeAsync();
    }
}
