using Aspire.Hosting.Tools;
using CloudNative.Hosting.Tests.Processes;

namespace CloudNative.Hosting.Tests.Tools;

public sealed class UserCacheTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("cache").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task GetOrCreate_TwoAtOnce_LeavesOneCompleteFolder()
    {
        var bothFilling = new Barrier(2);
        async Task Fill(string folder, CancellationToken cancellationToken)
        {
            await Task.Run(() => bothFilling.SignalAndWait(cancellationToken), cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "program"), "complete", cancellationToken);
        }

        var folders = await Task.WhenAll(
            new UserCache(_root).GetOrCreateAsync("tool", Fill, Cancellation),
            new UserCache(_root).GetOrCreateAsync("tool", Fill, Cancellation));

        Assert.Equal(folders[0], folders[1]);
        Assert.Equal("complete", await File.ReadAllTextAsync(Path.Combine(folders[0], "program"), Cancellation));
        Assert.Equal([folders[0]], Directory.GetDirectories(_root));
    }

    [Fact]
    public async Task GetOrCreate_FillFails_LeavesNothing()
    {
        var cache = new UserCache(_root);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            cache.GetOrCreateAsync("tool", (_, _) => throw new InvalidOperationException("broken download"), Cancellation));

        Assert.Empty(Directory.GetFileSystemEntries(_root));
    }

    [Fact]
    public async Task GetOrCreate_AlreadyThere_DoesNotFillAgain()
    {
        var cache = new UserCache(_root);
        var fills = 0;
        Task Count(string folder, CancellationToken cancellationToken)
        {
            fills++;
            return Task.CompletedTask;
        }

        await cache.GetOrCreateAsync("tool", Count, Cancellation);
        await cache.GetOrCreateAsync("tool", Count, Cancellation);

        Assert.Equal(1, fills);
    }

    [Fact]
    public async Task Install_NpmRefuses_SaysWhichPackageAndWhy()
    {
        var package = new NpmPackage("@not a name/tool", "1.0.0");

        var error = await Assert.ThrowsAsync<ToolInstallException>(() => package.InstallAsync(new UserCache(_root), TestProcesses.Instance, Cancellation));

        Assert.Contains("@not a name/tool@1.0.0", error.Message, StringComparison.Ordinal);
        Assert.Contains("name", error.Message.Split(": ", 2)[1], StringComparison.OrdinalIgnoreCase);
    }
}
