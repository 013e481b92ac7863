using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Contract;
using Grpc.Core;
using static CloudNative.Hosting.Tests.Dashboard.ResourceServiceFixture;
using Resource = Aspire.Hosting.Dashboard.Contract.Resource;
using ResourceCommandState = Aspire.Hosting.Dashboard.Contract.ResourceCommandState;

namespace CloudNative.Hosting.Tests.Dashboard;

public sealed class ResourceServiceTests(ResourceServiceFixture fixture) : IClassFixture<ResourceServiceFixture>, IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _deadline = Cancellation(Deadline);

    public void Dispose() => _deadline.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("wrong")]
    public async Task AnyCall_WithoutTheKey_IsUnauthenticated(string? key)
    {
        var unary = await Assert.ThrowsAsync<RpcException>(async () =>
            await fixture.Client.GetApplicationInformationAsync(new(), WithKey(key, _deadline.Token)));
        using var watch = fixture.Client.WatchResources(new(), WithKey(key, _deadline.Token));
        var streaming = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext(_deadline.Token));

        Assert.Equal((StatusCode.Unauthenticated, StatusCode.Unauthenticated), (unary.StatusCode, streaming.StatusCode));
    }

    [Fact]
    public async Task GetApplicationInformation_WithKey_GivesTheName()
    {
        var information = await fixture.Client.GetApplicationInformationAsync(new(), WithKey(ApiKey, _deadline.Token));

        Assert.Equal("Small", information.ApplicationName);
    }

    [Fact]
    public async Task WatchResources_FirstMessage_HoldsEveryResource()
    {
        var resources = await ReadInitialAsync();

        Assert.Equal(["greeting", "late", "store", "ticker", "token"], resources.Select(r => r.DisplayName).Order(StringComparer.Ordinal));
        Assert.All(resources, resource => Assert.NotNull(resource.CreatedAt));
        Assert.All(resources.SelectMany(resource => resource.Urls), url => Assert.NotNull(url.DisplayProperties));
    }

    [Fact]
    public async Task WatchResources_RunningExecutable_HasStateUrlEnvironmentCommandsAndRelationships()
    {
        var ticker = (await ReadInitialAsync()).Single(resource => resource.DisplayName == "ticker");

        Assert.Equal(KnownResourceStates.Running, ticker.State);
        Assert.StartsWith("http://localhost:", Assert.Single(ticker.Urls).FullUrl, StringComparison.Ordinal);
        Assert.Contains(ticker.Environment, variable => variable is { Name: "ConnectionStrings__store", IsFromSpec: true });
        Assert.Contains(ticker.Relationships, relationship => relationship.ResourceName == "store");
        Assert.Equal(ResourceCommandState.Enabled, ticker.Commands.Single(command => command.Name == "stop").State);
        Assert.True(Property(ticker, KnownProperties.ExecutableProcessId).Value.NumberValue > 0);
        Assert.Equal("/bin/sh", Property(ticker, KnownProperties.ExecutablePath).Value.StringValue);
    }

    [Fact]
    public async Task WatchResources_Secrets_AreMarkedSensitive()
    {
        var resources = await ReadInitialAsync();

        var revealed = resources.SelectMany(resource => resource.Properties)
            .Where(property => !property.IsSensitive && property.Value.ToString().Contains(Secret, StringComparison.Ordinal));
        Assert.Empty(revealed);
        Assert.Contains(Secret, Property(resources.Single(resource => resource.DisplayName == "ticker"), KnownProperties.ExecutableArguments).Value.ToString());
        Assert.True(Property(resources.Single(resource => resource.DisplayName == "token"), KnownProperties.ParameterValue).IsSensitive);
        Assert.False(Property(resources.Single(resource => resource.DisplayName == "greeting"), KnownProperties.ParameterValue).IsSensitive);
    }

    [Fact]
    public async Task WatchResourceConsoleLogs_Following_GivesOldLinesThenNewOnes()
    {
        using var call = fixture.Client.WatchResourceConsoleLogs(
            new() { ResourceName = await IdAsync("ticker") }, WithKey(ApiKey, _deadline.Token));

        var lines = new List<ConsoleLogLine>();
        while (lines.Count < 20 && await call.ResponseStream.MoveNext(_deadline.Token))
            lines.AddRange(call.ResponseStream.Current.LogLines);

        Assert.Equal(Enumerable.Range(lines[0].LineNumber, lines.Count), lines.Select(line => line.LineNumber));
        Assert.Contains("tick", lines[^1].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchResourceConsoleLogs_NotFollowing_EndsAndTellsErrors()
    {
        using var call = fixture.Client.WatchResourceConsoleLogs(
            new() { ResourceName = await IdAsync("late"), SuppressFollow = true }, WithKey(ApiKey, _deadline.Token));

        var lines = new List<ConsoleLogLine>();
        await foreach (var update in call.ResponseStream.ReadAllAsync(_deadline.Token))
            lines.AddRange(update.LogLines);

        Assert.Contains(lines, line => line.IsStdErr && line.Text.EndsWith("oops", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ExecuteResourceCommand_StopThenStart_ChangesTheStateThatIsWatched()
    {
        var id = await IdAsync("late");
        using var watch = fixture.Client.WatchResources(new(), WithKey(ApiKey, _deadline.Token));

        var stopped = await ExecuteAsync(id, "stop");
        await ReadUntilAsync(watch, resource => resource.Name == id && KnownResourceStates.TerminalStates.Contains(resource.State));
        var started = await ExecuteAsync(id, "start");
        await ReadUntilAsync(watch, resource => resource.Name == id && resource.State == KnownResourceStates.Running);

        Assert.Equal(ResourceCommandResponseKind.Succeeded, stopped.Kind);
        Assert.Equal(ResourceCommandResponseKind.Succeeded, started.Kind);
    }

    [Fact]
    public async Task ExecuteResourceCommand_UnknownCommand_FailsWithAMessage()
    {
        var response = await ExecuteAsync(await IdAsync("late"), "explode");

        Assert.Equal(ResourceCommandResponseKind.Failed, response.Kind);
        Assert.Contains("explode", response.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatchInteractions_NothingToAsk_StaysOpenUntilTheClientEnds()
    {
        using var call = fixture.Client.WatchInteractions(WithKey(ApiKey, _deadline.Token));
        var answer = call.ResponseStream.MoveNext(_deadline.Token);
        await fixture.Client.GetApplicationInformationAsync(new(), WithKey(ApiKey, _deadline.Token));
        Assert.False(answer.IsCompleted);

        await call.RequestStream.CompleteAsync();

        Assert.False(await answer.WaitAsync(_deadline.Token));
    }

    private static CancellationTokenSource Cancellation(TimeSpan deadline)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(deadline);
        return source;
    }

    private static ResourceProperty Property(Resource resource, string name) => resource.Properties.Single(property => property.Name == name);

    private async Task<IReadOnlyList<Resource>> ReadInitialAsync()
    {
        using var watch = fixture.Client.WatchResources(new(), WithKey(ApiKey, _deadline.Token));
        Assert.True(await watch.ResponseStream.MoveNext(_deadline.Token));
        return watch.ResponseStream.Current.InitialData.Resources;
    }

    private async Task ReadUntilAsync(AsyncServerStreamingCall<WatchResourcesUpdate> watch, Func<Resource, bool> reached)
    {
        while (await watch.ResponseStream.MoveNext(_deadline.Token))
        {
            var update = watch.ResponseStream.Current;
            if ((update.InitialData?.Resources ?? []).Concat(update.Changes?.Value.Select(change => change.Upsert) ?? []).Any(reached))
                return;
        }

        Assert.Fail("The watch ended before the expected state was seen.");
    }

    private async Task<string> IdAsync(string displayName) =>
        (await ReadInitialAsync()).Single(resource => resource.DisplayName == displayName).Name;

    private async Task<ResourceCommandResponse> ExecuteAsync(string resource, string command) => await fixture.Client.ExecuteResourceCommandAsync(
        new() { ResourceName = resource, CommandName = command }, WithKey(ApiKey, _deadline.Token));
}
