using CloudNative.Bench.Servers;

namespace CloudNative.Bench.Tests.Servers;

public sealed class ProcessUsageTests
{
    private const long MiB = 1024 * 1024;

    [Fact]
    public async Task ProcessorSeconds_OfThisProcess_GrowWithItsWork()
    {
        var before = ProcessUsage.ProcessorSeconds(Environment.ProcessId);
        var until = Environment.CpuUsage.TotalTime + TimeSpan.FromMilliseconds(200);
        await Task.Run(() => SpinWait.SpinUntil(() => Environment.CpuUsage.TotalTime > until), TestContext.Current.CancellationToken);

        Assert.InRange(ProcessUsage.ProcessorSeconds(Environment.ProcessId) - before, 0.1, 60);
        Assert.InRange(ProcessUsage.ResidentBytes(Environment.ProcessId), MiB, 4096 * MiB);
    }
}
