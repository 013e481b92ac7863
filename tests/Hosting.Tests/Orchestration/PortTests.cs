using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Orchestration;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.Hosting.Tests.Orchestration;

public sealed class PortTests
{
    [Fact]
    public async Task Start_TakenPort_NamesPortAndOwner()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var builder = DistributedApplicationTestingBuilder.Create("--DcpPublisher:RandomizePorts=false");
        builder.AddShell("web", Shell.Forever).WithHttpEndpoint(port: port);
        await using var application = await builder.BuildAsync(TestContext.Current.CancellationToken);
        await application.StartAsync(TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<DistributedApplicationException>(
            () => application.ResourceNotifications.WaitForResourceHealthyAsync("web", TestContext.Current.CancellationToken));
        Assert.Contains($"port {port} of its endpoint 'http' is taken by", error.Message, StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
            Assert.Contains($"process {Environment.ProcessId} (", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Allocate_FixedPorts_AreKeptUnlessRandomized()
    {
        Assert.Equal(5999, AllocatedPort("--DcpPublisher:RandomizePorts=false"));
        Assert.NotEqual(5999, AllocatedPort());
    }

    [Fact]
    public void Next_ManyPorts_AreDifferentAndFree()
    {
        using var ports = new FreePorts();
        var found = Enumerable.Range(0, 50).Select(_ => ports.Next()).ToList();
        Assert.Equal(found.Count, found.Distinct().Count());
        Assert.All(found, port => Assert.True(FreePorts.CanListen(port)));
    }

    [Fact]
    public void Next_TwoRunsAtOnce_FindDifferentPorts()
    {
        using var one = new FreePorts();
        using var other = new FreePorts();
        var found = Enumerable.Range(0, 400).Select(i => (i % 2 == 0 ? one : other).Next()).ToList();
        Assert.Equal(found.Count, found.Distinct().Count());
    }

    [Fact]
    public void Prefer_PortOfAnotherRun_FindsAnother()
    {
        using var one = new FreePorts();
        using var other = new FreePorts();
        var preferred = one.Next();
        Assert.NotEqual(preferred, other.Prefer(preferred));
        one.Dispose();
        Assert.Equal(preferred, other.Prefer(preferred));
    }

    [Fact]
    public void Dispose_Claims_LeavesNoFiles()
    {
        var folder = Directory.CreateTempSubdirectory("ports").FullName;
        var ports = new FreePorts(folder);
        var port = ports.Next();
        Assert.Equal([Path.Combine(folder, $"{port}")], Directory.GetFiles(folder));
        ports.Dispose();
        Assert.Empty(Directory.GetFiles(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public void Next_FolderCanNotBeMade_NamesIt()
    {
        var notAFolder = Path.GetTempFileName();
        using var ports = new FreePorts(notAFolder);
        var error = Assert.Throws<DistributedApplicationException>(() => ports.Next());
        Assert.Contains($"'{notAFolder}'", error.Message, StringComparison.Ordinal);
        File.Delete(notAFolder);
    }

    private static int AllocatedPort(params string[] args)
    {
        var builder = DistributedApplicationTestingBuilder.Create(args);
        var program = builder.AddExecutable("program", "program", ".").WithHttpEndpoint(port: 5999);
        using var application = builder.Build();
        application.Services.GetRequiredService<EndpointAllocation>().Allocate(application.Services.GetRequiredService<DistributedApplicationModel>());
        return program.GetEndpoint("http").Port;
    }
}
