using System.Text;

namespace CloudNative.Metering.Client.Tests;

/// <summary>Events that outlive the process.</summary>
public sealed class BufferTests : IDisposable
{
    private readonly BufferFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Report_EverythingSent_LeavesNoFile()
    {
        using var api = new StubApi();
        await using (var host = Host(api))
        {
            // More than one file.
            foreach (var n in Enumerable.Range(0, 12))
                await host.Reporter.ReportAsync(ClientHost.Event($"{n}", new string('x', 200 * 1024)), Token);
            await host.Reporter.FlushAsync(Token);
        }

        Assert.Equal(12, api.Ids.Count());
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task Dispose_ApiAway_TheNextProcessSendsWithTheSameIds()
    {
        await LeaveAsync("1", "2", "3");

        using var api = new StubApi();
        await using (var host = Host(api))
        {
            await host.Reporter.ReportAsync(ClientHost.Event("4"), Token);
            await host.Reporter.FlushAsync(Token);
        }

        Assert.Equal(["1", "2", "3", "4"], api.Ids);
        Assert.Empty(_folder.Files);
    }

    [Theory]
    [InlineData("0123abcd {\"id\":\"torn")]
    [InlineData("0123abcd {\"id\":\"wrong\"}\n")]
    [InlineData("\n")]
    public async Task Recover_CorruptTail_WholeEventsAreSent(string tail)
    {
        await LeaveAsync("1", "2");
        await File.AppendAllTextAsync(Assert.Single(_folder.Files), tail, Token);

        using var api = new StubApi();
        await using (var host = Host(api))
            await host.Reporter.FlushAsync(Token);

        Assert.Equal(["1", "2"], api.Ids);
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task Recover_AChangedByte_OnlyThatEventIsLost()
    {
        await LeaveAsync("1", "2", "3");
        var file = Assert.Single(_folder.Files);
        var bytes = await File.ReadAllBytesAsync(file, Token);
        bytes[Encoding.UTF8.GetString(bytes).IndexOf("\"id\":\"2\"", StringComparison.Ordinal) + 6] ^= 1;
        await File.WriteAllBytesAsync(file, bytes, Token);

        using var api = new StubApi();
        await using (var host = Host(api))
            await host.Reporter.FlushAsync(Token);

        Assert.Equal(["1", "3"], api.Ids);
    }

    [Fact]
    public async Task Report_FileCantBeDeleted_IsLoggedAndTheRestGoesOn()
    {
        await LeaveAsync("1", "2");
        var file = Assert.Single(_folder.Files);
        using var api = new StubApi
        {
            Answer = (number, _) =>
            {
                // A folder in its place can't be deleted as a file, not even by root.
                if (number == 1)
                    File.Delete(file);
                Directory.CreateDirectory(file);
                return StubApi.NoContent();
            },
        };
        await using (var host = Host(api))
        {
            await host.Reporter.FlushAsync(Token);
            await host.Reporter.ReportAsync(ClientHost.Event("3"), Token);
            await host.Reporter.FlushAsync(Token);

            Assert.Contains(host.Log, line => line.StartsWith($"{file} can't be deleted", StringComparison.Ordinal));
        }

        Assert.Equal(["1", "2", "3"], api.Ids);
        await using var next = Host(api);
        Assert.Equal(0, next.Reporter.Pending);
    }

    [Fact]
    public async Task Report_MoreLeftThanThereIsRoom_IsSentBeforeMoreIsTaken()
    {
        await LeaveAsync([.. Enumerable.Range(0, 4).Select(n => $"{n}")], new string('x', 100 * 1024));

        using var api = new StubApi();
        await using (var host = Host(api, options => options.CapacityBytes = UsageEvent.MaxBytes))
        {
            await host.Reporter.ReportAsync(ClientHost.Event("more", new string('x', 100 * 1024)), Token);
            await host.Reporter.FlushAsync(Token);
        }

        Assert.Equal(["0", "1", "2", "3", "more"], api.Ids);
    }

    [Fact]
    public async Task Open_FolderOfAnotherReporter_IsRefused()
    {
        using var api = new StubApi();
        await using var first = Host(api);
        Assert.Equal(0, first.Reporter.Pending);
        await using var second = Host(api);

        var failure = Assert.Throws<IOException>(() => second.Reporter);

        Assert.Contains("BufferFolder", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_DiskTakesNothing_FailsAndGivesTheRoomBack()
    {
        using var api = new StubApi();
        var folder = Path.Combine(_folder.Path, "buffer");
        await using var host = new ClientHost(api, options => (options.BufferFolder, options.CapacityBytes) = (folder, UsageEvent.MaxBytes));
        Assert.Equal(0, host.Reporter.Pending);
        Directory.Delete(folder, recursive: true);
        for (var n = 0; n < 5; n++)
            await Assert.ThrowsAsync<IOException>(() => host.Reporter.ReportAsync(ClientHost.Event($"{n}", new string('x', 100 * 1024)), Token).AsTask());

        Directory.CreateDirectory(folder);
        await host.Reporter.ReportAsync(ClientHost.Event("taken"), Token);
        await host.Reporter.FlushAsync(Token);

        Assert.Equal(["taken"], api.Ids);
    }

    private ClientHost Host(StubApi api, Action<UsageReporterOptions>? configure = null) => new(api, options =>
    {
        options.BufferFolder = _folder.Path;
        configure?.Invoke(options);
    });

    private Task LeaveAsync(params string[] ids) => LeaveAsync(ids, "");

    /// <summary>A process that reports events, but ends before it can send them.</summary>
    private async Task LeaveAsync(string[] ids, string data)
    {
        using var api = new StubApi { Answer = (_, _) => null };
        await using var host = Host(api, options => options.FlushTimeout = TimeSpan.Zero);
        foreach (var id in ids)
            await host.Reporter.ReportAsync(ClientHost.Event(id, data), Token);
    }
}
