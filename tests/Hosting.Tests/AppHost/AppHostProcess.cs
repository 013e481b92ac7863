using System.Text;
using System.Threading.Channels;
using Aspire.Hosting.Processes;
using Aspire.Hosting.Tools;

namespace CloudNative.Hosting.Tests.AppHost;

/// <summary>The AppHost as <c>dotnet run</c> starts it, on free ports; outside Development it starts no dashboard.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private const string Marker = "CLOUDNATIVE_TEST_MARK";
    private const string RunVariable = "CLOUDNATIVE_RUN=";

    /// <summary>CI's slow machine takes 40 s for two of them side by side.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(240);

    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly string _mark = Guid.CreateVersion7().ToString("N");

    private AppHostProcess(StopSignal stopSignal, string environment, IReadOnlyDictionary<string, string?> variables)
    {
        var assembly = typeof(Projects.AppHost).Assembly.Location;
        var spec = new ProcessSpec(DotnetHost.Path, [assembly, "--DcpPublisher:RandomizePorts=true"])
        {
            StopSignal = stopSignal,
            Environment = new Dictionary<string, string?>(variables) { [Marker] = _mark, ["DOTNET_ENVIRONMENT"] = environment },
        };
        Process = LocalProcess.Start(spec, output =>
        {
            lock (_output)
                _output.AppendLine(output.Line);
            _lines.Writer.TryWrite(output.Line);
        });
    }

    public LocalProcess Process { get; }

    public static AppHostProcess Start(
        StopSignal stopSignal = StopSignal.Terminate, string environment = "Production", IReadOnlyDictionary<string, string?>? variables = null)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It looks at processes through /proc.");
        return new AppHostProcess(stopSignal, environment, variables ?? new Dictionary<string, string?>());
    }

    /// <summary>Waits until a line has come for each of the conditions, in any order.</summary>
    public async Task WaitForLinesAsync(IReadOnlyCollection<Func<string, bool>> expected, CancellationToken cancellationToken)
    {
        var missing = expected.ToList();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            while (missing.Count > 0)
            {
                var line = await _lines.Reader.ReadAsync(deadline.Token);
                missing.RemoveAll(condition => condition(line));
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"{missing.Count} lines did not come within {Deadline}. What came: {Output()}");
        }
    }

    public string Output()
    {
        lock (_output)
            return _output.ToString();
    }

    /// <summary>The ids of the runs that processes of this AppHost belong to, and those processes.</summary>
    public (IReadOnlyList<string> Runs, IReadOnlyList<int> Processes) Alive()
    {
        var runs = new HashSet<string>();
        var processes = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), out var id) || Environment(folder) is not { } variables || !variables.Contains($"{Marker}={_mark}"))
                continue;
            processes.Add(id);
            runs.UnionWith(variables.Where(v => v.StartsWith(RunVariable, StringComparison.Ordinal)).Select(v => v[RunVariable.Length..]));
        }

        return ([.. runs], processes);
    }

    public async ValueTask DisposeAsync() => await Process.DisposeAsync();

    private static string[]? Environment(string processFolder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(processFolder, "environ")).Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
