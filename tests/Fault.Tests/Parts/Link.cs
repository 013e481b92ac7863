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
        AddAsync("latency", "downstream", new { latency = milliseconds, jitter = milliseconds / 2 }, cancellationToken);

    /// <summary>What is sent stays on its way until the link is healed, and arrives then.</summary>
    public Task HoldAsync(CancellationToken cancellationToken) =>
        AddAsync("latency", "upstream", new { latency = (int)TimeSpan.FromMinutes(10).TotalMilliseconds }, cancellationToken);

    /// <summary>What is sent arrives; no answer comes back, and a moment later the connection is gone.</summary>
    public Task LoseAnswersAsync(int milliseconds, CancellationToken cancellationToken) =>
        AddAsync("timeout", "downstream", new { timeout = milliseconds }, cancellationToken);

    /// <summary>Each connection ends after so many more bytes of answers: somewhere within one, such as that of a commit.</summary>
    public Task BreakAfterAsync(int bytes, CancellationToken cancellationToken) => AddAsync("limit_data", "downstream", new { bytes }, cancellationToken);

    /// <summary>Each connection is reset (RST) as soon as something is sent over it.</summary>
    public Task ResetAsync(CancellationToken cancellationToken) => AddAsync("reset_peer", "upstream", new { timeout = 0 }, cancellationToken);

    public async Task HealAsync(CancellationToken cancellationToken)
    {
        foreach (var toxic in (string[])["latency", "timeout", "limit_data", "reset_peer"])
            (await toxiproxy.DeleteAsync($"proxies/{name}/toxics/{toxic}", cancellationToken)).Dispose();
        await SendAsync("", new { enabled = true }, cancellationToken);
    }

    private Task AddAsync(string type, string stream, object attributes, CancellationToken cancellationToken) =>
        SendAsync("/toxics", new { name = type, type, stream, attributes }, cancellationToken);

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

    public IEnumerable<Link> All => ((Link?[])[ApiToPostgres, SinkToPostgres, ApiToRedis]).OfType<Link>();
}
