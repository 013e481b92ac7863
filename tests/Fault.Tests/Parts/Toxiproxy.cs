using System.Net;
using System.Net.Http.Json;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;

namespace CloudNative.Fault.Tests.Parts;

/// <summary>
/// The program that stands between the parts and disturbs their connections: <c>toxiproxy-server</c> in the folder that CLOUDNATIVE_TOOLS names, in
/// <c>shared/tools</c> beside the repository, or in PATH.
/// </summary>
internal sealed class Toxiproxy : IAsyncDisposable
{
    private const string Program = "toxiproxy-server";

    private readonly Part _process;
    private readonly HttpClient _http;

    private Toxiproxy(Part process, HttpClient http) => (_process, _http) = (process, http);

    public static string? Find()
    {
        var beside = new List<string>();
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            beside.Add(Path.Combine(folder.FullName, "shared", "tools"));
        var named = Environment.GetEnvironmentVariable("CLOUDNATIVE_TOOLS") is { Length: > 0 } chosen ? [chosen] : beside;
        return named.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);
    }

    public static async Task<Toxiproxy> StartAsync(string program, int port, IProcessStarter processes, CancellationToken cancellationToken)
    {
        var spec = new ProcessSpec(program, ["-host", IPAddress.Loopback.ToString(), "-port", port.ToString()])
        {
            Environment = new Dictionary<string, string?> { ["LOG_LEVEL"] = "error" },
        };
        var process = new Part("toxiproxy", processes, _ => Task.FromResult(spec), token => LoopbackPort.WaitUntilOpenAsync(port, token));
        await process.StartAsync(cancellationToken);
        return new Toxiproxy(process, new HttpClient { BaseAddress = new Uri($"http://{IPAddress.Loopback}:{port}/") });
    }

    public async Task<Link> AddAsync(string name, int port, int target, CancellationToken cancellationToken)
    {
        var proxy = new { name, listen = $"{IPAddress.Loopback}:{port}", upstream = $"{IPAddress.Loopback}:{target}", enabled = true };
        using var answer = await _http.PostAsJsonAsync("proxies", proxy, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return new Link(name, port, _http);
    }

    /// <summary>Every connection is as if nothing stood in between.</summary>
    public async Task HealAsync(CancellationToken cancellationToken)
    {
        using var answer = await _http.PostAsync("reset", null, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
