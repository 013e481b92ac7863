using System.Net.Http.Json;

namespace CloudNative.Fault.Tests.Parts;

/// <summary>The connections of one part to another, disturbed at will.</summary>
internal sealed class Link(string name, int port, HttpClient toxiproxy)
{
    public string Name => name;

    /// <summary>Where to connect to.</summary>
    public int Port => port;

    /// <summary>Closes every connection and lets no new one in.</summary>
    public Task CutAsync(CancellationToken cancellationToken) => SendAsync("", new { enabled = false }, cancellationToken);

    /// <summary>Every answer comes so much later.</summary>
    public Task DelayAsync(int milliseconds, CancellationToken cancellationToken) =>
        SendAsync("/toxics", new { name = "delay", type = "latency", attributes = new { latency = milliseconds, jitter = milliseconds / 2 } }, cancellationToken);

    /// <summary>What is sent arrives; no answer comes back, and the connection stays as it is.</summary>
    public Task LoseAnswersAsync(CancellationToken cancellationToken) =>
        SendAsync("/toxics", new { name = "lost-answers", type = "timeout", stream = "downstream", attributes = new { timeout = 0 } }, cancellationToken);

    /// <summary>Resets (RST) every connection once so many bytes of answers went through it: somewhere within a conversation.</summary>
    public async Task ResetAfterAsync(int bytes, CancellationToken cancellationToken)
    {
        await SendAsync("/toxics", new { name = "limit", type = "limit_data", stream = "downstream", attributes = new { bytes } }, cancellationToken);
        await SendAsync("/toxics", new { name = "reset", type = "reset_peer", stream = "upstream", attributes = new { timeout = 400 } }, cancellationToken);
    }

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (var toxic in (string[])["delay", "lost-answers", "limit", "reset"])
            (await toxiproxy.DeleteAsync($"proxies/{name}/toxics/{toxic}", cancellationToken)).Dispose();
        await SendAsync("", new { enabled = true }, cancellationToken);
    }

    private async Task SendAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var answer = await toxiproxy.PostAsJsonAsync($"proxies/{name}{path}", body, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }
}

/// <summary>The connections that do not depend on the broker; null without a proxy.</summary>
internal sealed record Links
{
    public static Links None { get; } = new();

    public Link? ApiToPostgres { get; init; }

    public Link? SinkToPostgres { get; init; }

    public Link? ApiToRedis { get; init; }
}
