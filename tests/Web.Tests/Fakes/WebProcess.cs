using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace CloudNative.Web.Tests.Fakes;

/// <summary>The real Web program as a process of its own.</summary>
internal sealed partial class WebProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WebProcess(IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("dotnet", [Metadata("WebProgram"), "--urls", "http://127.0.0.1:0"])
        {
            WorkingDirectory = Metadata("WebProject"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _url.TrySetException(new InvalidOperationException($"Web ended before it listened:\n{Output}"));
    }

    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static WebProcess Start(IReadOnlyDictionary<string, string> environment)
    {
        var web = new WebProcess(environment);
        web._process.Start();
        web._process.BeginOutputReadLine();
        web._process.BeginErrorReadLine();
        return web;
    }

    public static Dictionary<string, string> Environment(FakeApi api) => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["Api__Key"] = FakeApi.Key,
        ["services__api__http__0"] = api.Url,
    };

    /// <summary>The address it listens on, once it does.</summary>
    public Task<string> UrlAsync(CancellationToken cancellationToken) => _url.Task.WaitAsync(Deadline, cancellationToken);

    public async Task<int> ExitCodeAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(Deadline, cancellationToken);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        if (Listening().Match(line) is { Success: true } match)
            _url.TrySetResult(match.Groups[1].Value);
    }

    private static string Metadata(string key) => typeof(WebProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == key).Value!;

    [GeneratedRegex(@"Now listening on: (http://\S+?)""?$")]
    private static partial Regex Listening();
}
