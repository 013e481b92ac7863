namespace CloudNative.Metering.Client.Tests;

public sealed class KillTests
{
    private const int Enough = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Report_ProcessKilledWhileWriting_TheNextSendsAllThatWasTakenOver()
    {
        using var folder = new BufferFolder();
        using var service = KilledReporter.Start(folder.Path);
        var taken = new List<string>();
        while (taken.Count < Enough && await service.StandardOutput.ReadLineAsync(Token) is { } id)
            taken.Add(id);
        service.Kill();
        await service.WaitForExitAsync(Token);
        // The last line may have been cut.
        var rest = (await service.StandardOutput.ReadToEndAsync(Token)).Split('\n');
        taken.AddRange(rest[..^1].Where(id => id.Length > 0));
        Assert.True(taken.Count >= Enough, $"Only {taken.Count} events were taken over: the service ended with {service.ExitCode}.");

        using var api = new StubApi();
        await using (var host = new ClientHost(api, options => options.BufferFolder = folder.Path))
            await host.Reporter.FlushAsync(Token);

        Assert.Empty(taken.Except(api.Ids));
        Assert.Equal(api.Ids.Count(), api.Ids.Distinct().Count());
        Assert.Empty(folder.Files);
    }
}
