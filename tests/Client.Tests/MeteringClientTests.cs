using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace CloudNative.Metering.Client.Tests;

public sealed class MeteringClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_LostAnswers_RepeatsTheSameBytes()
    {
        using var api = new StubApi { Answer = (number, _) => number < 4 ? null : StubApi.NoContent() };
        await using var host = new ClientHost(api);

        await host.Client.SendAsync([ClientHost.Event("1"), new UsageEvent { Source = "tests", Type = "call", Subject = "acme" }], Token);

        Assert.Equal(4, api.Bodies.Count);
        Assert.Single(api.Bodies.Distinct());
        Assert.Contains("\"time\":\"", api.Bodies[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    public async Task Send_RetryAfter_IsWaitedFor(HttpStatusCode status)
    {
        const int Seconds = 20;
        using var api = new StubApi
        {
            Answer = (number, _) => number > 1
                ? StubApi.NoContent()
                : new HttpResponseMessage(status) { Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(Seconds)) } },
        };
        var clock = new FakeTimeProvider();
        await using var host = new ClientHost(api, client: options => options.AttemptTimeout = TimeSpan.FromHours(1), clock: clock);
        var start = clock.GetUtcNow();

        var sending = host.Client.SendAsync(ClientHost.Event("1"), Token);
        await Eventually.BecomesTrueAsync(() => sending.IsCompleted, "It was not repeated.", () => clock.Advance(TimeSpan.FromSeconds(1)));

        await sending;
        Assert.True(clock.GetUtcNow() - start >= TimeSpan.FromSeconds(Seconds), $"Repeated after {clock.GetUtcNow() - start}.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task List_BodyStallsOrBreaksOff_IsRepeated(bool stalls)
    {
        using var api = new StubApi
        {
            Answer = (number, _) => number > 1
                ? new HttpResponseMessage { Content = new StringContent("[]") }
                : StubApi.Unfinished(HttpStatusCode.OK, stalls),
        };
        var clock = new FakeTimeProvider();
        await using var host = new ClientHost(api, client: options => options.MaxRetries = 100, clock: clock);

        var listing = host.Client.ListMetersAsync(Token);
        await Eventually.BecomesTrueAsync(() => listing.IsCompleted, "It was not repeated.", () => clock.Advance(TimeSpan.FromSeconds(1)));

        Assert.Empty(await listing);
    }

    [Fact]
    public async Task Send_RefusedOrGivenUp_SaysWhy()
    {
        using var api = new StubApi { Answer = (number, _) => number == 1 ? StubApi.Problem(HttpStatusCode.BadRequest, ("[0].subject", "Too long.")) : null };
        await using var host = new ClientHost(api, client: options => options.MaxRetries = 2);

        var refused = await Assert.ThrowsAsync<MeteringException>(() => host.Client.SendAsync(ClientHost.Event("1"), Token));
        Assert.Equal((HttpStatusCode.BadRequest, "It says why."), (refused.Status, refused.Message));
        Assert.Equal([new ValidationError("[0].subject", "invalid", "Too long.")], refused.ValidationErrors);

        var unreachable = await Assert.ThrowsAsync<MeteringException>(() => host.Client.SendAsync(ClientHost.Event("1"), Token));
        Assert.Null(unreachable.Status);
        Assert.Equal(1 + 1 + 2, api.Batches.Count);
    }

    [Fact]
    public async Task Call_SuccessThatIsNotTheApis_Fails()
    {
        using var api = new StubApi { Answer = (_, _) => StubApi.Proxy(HttpStatusCode.OK, body: "<html>Sign in</html>") };
        await using var host = new ClientHost(api);

        var sent = await Assert.ThrowsAsync<MeteringException>(() => host.Client.SendAsync(ClientHost.Event("1"), Token));
        var deleted = await Assert.ThrowsAsync<MeteringException>(() => host.Client.DeleteMeterAsync("tokens", Token));
        await Assert.ThrowsAsync<MeteringException>(() => host.Client.ListMetersAsync(Token));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (sent.Status, deleted.Status));
    }

    [Fact]
    public async Task Delete_LostAnswer_IsNotRepeated()
    {
        using var api = new StubApi { Answer = (_, _) => null };
        await using var host = new ClientHost(api);

        await Assert.ThrowsAsync<MeteringException>(() => host.Client.DeleteMeterAsync("tokens", Token));

        Assert.Single(api.Batches);
    }

    [Fact]
    public async Task Send_EventThatCanNeverBeTaken_IsNotSent()
    {
        using var api = new StubApi();
        await using var host = new ClientHost(api);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.SendAsync(ClientHost.Event(""), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.SendAsync(ClientHost.Event("1") with { Subject = "" }, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.SendAsync(ClientHost.Event("1", new string('x', UsageEvent.MaxBytes)), Token));
        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.SendAsync([.. Enumerable.Range(0, 5_001).Select(n => ClientHost.Event($"{n}"))], Token));

        Assert.Empty(api.Batches);
    }

    [Fact]
    public void Options_AllWrong_AreAllNamedAtStart()
    {
        var services = new ServiceCollection();
        services.AddMeteringClient(options => (options.BaseAddress, options.MaxRetries, options.AttemptTimeout) = (null, -1, TimeSpan.Zero));
        services.AddUsageReporter(options => (options.BatchSize, options.CapacityBytes, options.FlushTimeout) = (0, 1, TimeSpan.FromDays(1)));
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<AggregateException>(() => provider.GetRequiredService<IStartupValidator>().Validate());

        var failures = failure.InnerExceptions.Cast<OptionsValidationException>().SelectMany(options => options.Failures).ToList();
        Assert.All(
            ["BaseAddress", "Key", "AttemptTimeout", "MaxRetries", "BatchSize", "CapacityBytes", "FlushTimeout"],
            name => Assert.Contains(failures, text => text.Contains(name, StringComparison.Ordinal)));
    }
}
