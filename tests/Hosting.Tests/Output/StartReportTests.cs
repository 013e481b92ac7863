using System.Text;
using System.Threading.Channels;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Output;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Hosting.Tests.Output;

/// <summary>What whoever starts the AppHost reads.</summary>
public sealed class StartReportTests : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly IDistributedApplicationTestingBuilder _builder = DistributedApplicationTestingBuilder.Create();
    private readonly LineWriter _console = new();
    private DistributedApplication? _application;
    private StartReport? _report;

    // Someone reads the report, and so could start again what failed.
    public StartReportTests() =>
        _builder.Services.AddSingleton(new LocalRunOptions(_builder.AppHostDirectory) { IsAttended = true, RandomizesPorts = true });

    public async ValueTask DisposeAsync()
    {
        if (_report is not null)
            await _report.StopAsync(CancellationToken.None);
        _report?.Dispose();
        if (_application is not null)
            await _application.DisposeAsync();
        await _console.DisposeAsync();
    }

    [Fact]
    public async Task Start_EverythingHealthy_SummarizesWithValuesButNoSecrets()
    {
        _builder.AddParameter("open", "sesame");
        _builder.AddParameter("hidden", "treasure", secret: true);
        _builder.AddShell("first", Shell.Forever);
        var once = _builder.AddShell("once", "exit 0");
        _builder.AddShell("after", Shell.Forever).WaitForCompletion(once);
        await StartAsync();
        var lines = await ReadUntilAsync("Ctrl+C stops it.");
        Assert.Contains(lines, l => l.StartsWith("first  | healthy", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("once   | finished", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("after  | healthy", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("Everything is healthy after", StringComparison.Ordinal));
        Assert.Contains("  open    sesame", lines);
        Assert.DoesNotContain(lines, l => l.Contains("treasure", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_Crash_TellsCodeAndLastLinesAndWhoIsHeldBack()
    {
        var once = _builder.AddShell("once", "echo 'table is missing'; exit 9");
        var after = _builder.AddShell("after", Shell.Forever).WaitForCompletion(once);
        _builder.AddShell("last", Shell.Forever).WaitFor(after);
        await StartAsync();
        var lines = await ReadUntilAsync("last  | can't start before once is started again");
        Assert.Contains("once  | Exited with exit code 9", lines);
        Assert.Contains("once  | table is missing", lines);
        Assert.Contains("after | can't start before once is started again and finished", lines);
    }

    [Fact]
    public async Task Run_AfterTheStart_PrefixesEveryLine()
    {
        _builder.AddShell("talker", "while true; do echo tick; sleep 0.1; done");
        await StartAsync();
        await ReadUntilAsync("Ctrl+C stops it.");
        await ReadUntilAsync("talker | tick");
    }

    private async Task StartAsync()
    {
        _application = await _builder.BuildAsync(TestContext.Current.CancellationToken);
        var services = _application.Services;
        var (model, loggers) = (services.GetRequiredService<DistributedApplicationModel>(), services.GetRequiredService<ResourceLoggerService>());
        _report = new StartReport(model, _application.ResourceNotifications, loggers, new ConsoleLog(model, loggers, _console, isColoured: false));
        await _report.StartAsync(TestContext.Current.CancellationToken);
        await _application.StartAsync(TestContext.Current.CancellationToken);
    }

    private async Task<List<string>> ReadUntilAsync(string expected)
    {
        var lines = new List<string>();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            while (lines.LastOrDefault()?.StartsWith(expected, StringComparison.Ordinal) != true)
                lines.Add(await _console.Lines.ReadAsync(deadline.Token));
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"'{expected}' did not come within {Deadline}. What came: {string.Join('\n', lines)}");
        }

        return lines;
    }

    private sealed class LineWriter : TextWriter
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public ChannelReader<string> Lines => _lines.Reader;

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value)
        {
            foreach (var line in (value ?? "").Split('\n'))
                _lines.Writer.TryWrite(line);
        }
    }
}
