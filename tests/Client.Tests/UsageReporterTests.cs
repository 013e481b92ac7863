using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Time.Testing;

namespace CloudNative.Metering.Client.Tests;

public sealed class UsageReporterTests
{
    private const string Problem = "application/problem+json";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Report_ManyEvents_AreSentInBatchesInOrder()
    {
        using var api = new StubApi();
        await using var host = new ClientHost(api, options => options.BatchSize = 100);

        await ReportAsync(host.Reporter, 0, 1_000);
        await host.Reporter.FlushAsync(Token);

        Assert.Equal(Ids(0, 1_000), api.Ids);
        Assert.All(api.Batches, batch => Assert.InRange(batch.Count, 1, 100));
        Assert.Equal(0, host.Reporter.Pending);
    }

    [Fact]
    public async Task Report_FewEvents_WaitTogetherForTheDelay()
    {
        using var api = new StubApi();
        var clock = new FakeTimeProvider();
        await using var host = new ClientHost(api, options => options.BatchDelay = TimeSpan.FromSeconds(5), clock: clock);
        var start = clock.GetUtcNow();

        await ReportAsync(host.Reporter, 0, 3);
        await Eventually.BecomesTrueAsync(() => api.Batches.Count > 0, "Nothing was sent.", () => clock.Advance(TimeSpan.FromSeconds(1)));

        Assert.Equal(Ids(0, 3), Assert.Single(api.Batches));
        Assert.True(clock.GetUtcNow() - start >= TimeSpan.FromSeconds(5), $"Sent after {clock.GetUtcNow() - start}.");
    }

    [Fact]
    public async Task Report_LargeEvents_StayBelowTheBodysLimit()
    {
        using var api = new StubApi();
        await using var host = new ClientHost(api, options => options.BatchDelay = TimeSpan.FromSeconds(10));

        foreach (var id in Ids(0, 40))
            await host.Reporter.ReportAsync(ClientHost.Event(id, new string('x', 200 * 1024)), Token);
        await host.Reporter.DisposeAsync();

        Assert.Equal(Ids(0, 40), api.Ids);
        Assert.All(api.Bodies, body => Assert.InRange(body.Length, 1, 4 * 1024 * 1024));
        Assert.InRange(api.Batches.Count, 2, 4);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.Unauthorized)]
    public async Task Report_ApiAway_IsRepeatedWithTheSameIdsUntilTaken(HttpStatusCode? status)
    {
        using var api = new StubApi { Answer = (number, _) => number > 12 ? StubApi.NoContent() : status is { } answer ? new HttpResponseMessage(answer) : null };
        await using var host = new ClientHost(api, client: options => options.MaxRetries = 0);

        await ReportAsync(host.Reporter, 0, 1);
        await host.Reporter.FlushAsync(Token);

        Assert.Equal(Enumerable.Repeat("0", 13), api.Ids);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Report_RefusalStallsOrBreaksOff_IsRepeated(bool stalls)
    {
        using var api = new StubApi { Answer = (number, _) => number > 1 ? StubApi.NoContent() : StubApi.Unfinished(HttpStatusCode.BadRequest, stalls) };

        await using var host = await RepeatedAsync(api);

        Assert.Equal(["0"], api.Ids.Distinct());
    }

    [Theory]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.Accepted)]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.BadRequest, Problem, "{}")]
    [InlineData(HttpStatusCode.BadRequest, Problem, "no JSON")]
    [InlineData(HttpStatusCode.BadRequest, "application/json", """{"extensions":{"validationErrors":[{"field":"[0].type","code":"invalid","message":"Is bad."}]}}""")]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    public async Task Report_SomethingElseAnswers_IsRepeatedUntilTheApiDoes(HttpStatusCode status, string? type = null, string body = "")
    {
        using var api = new StubApi { Answer = (number, _) => number > 1 ? StubApi.NoContent() : StubApi.Proxy(status, type, body) };

        await using var host = await RepeatedAsync(api);

        Assert.Equal(["0"], api.Ids.Distinct());
    }

    [Fact]
    public async Task Report_AnswerFailsUnexpectedly_IsLoggedAndRepeated()
    {
        using var api = new StubApi
        {
            Answer = (number, _) => number > 1 ? StubApi.NoContent() : new HttpResponseMessage(HttpStatusCode.BadRequest)
            {
                Content = new StringContent("", new MediaTypeHeaderValue("application/problem+json", "no-character-set")),
            },
        };

        await using var host = await RepeatedAsync(api);

        Assert.Equal(["0"], api.Ids.Distinct());
        Assert.Contains(host.Log, line => line.StartsWith("1 events are not sent", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Report_WrongEventsInABatch_AreLeftOutAndTold()
    {
        using var api = new StubApi
        {
            Answer = (_, ids) => ids.Index().Where(usage => usage.Item.StartsWith("bad", StringComparison.Ordinal)).Select(usage => ($"[{usage.Index}].type", "Is bad.")).ToArray()
                is { Length: > 0 } errors ? StubApi.Problem(HttpStatusCode.BadRequest, errors) : StubApi.NoContent(),
        };
        var refused = new List<RefusedEvent>();
        await using var host = new ClientHost(api, options =>
        {
            (options.BatchDelay, options.BatchSize) = (TimeSpan.FromSeconds(10), 5);
            options.OnRefused = usage =>
            {
                refused.Add(usage);
                throw new InvalidOperationException("The application's own fault.");
            };
        });

        foreach (var id in (string[])["1", "bad-1", "2", "bad-2", "3"])
            await host.Reporter.ReportAsync(ClientHost.Event(id), Token);
        await host.Reporter.FlushAsync(Token);

        Assert.Equal(["1", "2", "3"], api.Batches[^1]);
        Assert.Equal(2, refused.Count);
        Assert.All(refused, usage => Assert.EndsWith(".type: Is bad.", usage.Reason, StringComparison.Ordinal));
        Assert.Contains("\"bad-1\"", refused[0].Json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_ProxyTakesLess_SmallerBatchesPass()
    {
        using var api = new StubApi { Answer = (_, ids) => ids.Count > 2 ? StubApi.Proxy(HttpStatusCode.RequestEntityTooLarge) : StubApi.NoContent() };
        await using var host = new ClientHost(api, options => (options.BatchDelay, options.BatchSize) = (TimeSpan.FromSeconds(10), 8));

        await ReportAsync(host.Reporter, 0, 8);
        await host.Reporter.FlushAsync(Token);

        Assert.Equal(Ids(0, 8), api.Batches.Where(batch => batch.Count <= 2).SelectMany(batch => batch));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge)]
    public async Task Report_RefusalThatNamesNoEvent_SparesTheOthers(HttpStatusCode status)
    {
        using var api = new StubApi { Answer = (_, ids) => ids.Contains("5") ? StubApi.Problem(status, ("events", "Hold a wrong one.")) : StubApi.NoContent() };
        var refused = new List<RefusedEvent>();
        await using var host = new ClientHost(api, options =>
            (options.BatchDelay, options.BatchSize, options.OnRefused) = (TimeSpan.FromSeconds(10), 8, refused.Add));

        await ReportAsync(host.Reporter, 0, 8);
        await host.Reporter.FlushAsync(Token);

        Assert.Contains("\"id\":\"5\"", Assert.Single(refused).Json, StringComparison.Ordinal);
        Assert.Equal(["0", "1", "2", "3", "4", "6", "7"], api.Batches.Where(batch => !batch.Contains("5")).SelectMany(batch => batch));
    }

    [Fact]
    public async Task Report_NoRoom_WaitsOrRefusesAsAsked()
    {
        var isAway = true;
        using var api = new StubApi { Answer = (_, _) => Volatile.Read(ref isAway) ? null : StubApi.NoContent() };
        await using var host = new ClientHost(api, options => options.CapacityBytes = UsageEvent.MaxBytes);
        var large = new string('x', 100 * 1024);
        Assert.True(await host.Reporter.TryReportAsync(ClientHost.Event("1", large), Token));
        Assert.True(await host.Reporter.TryReportAsync(ClientHost.Event("2", large), Token));

        Assert.False(await host.Reporter.TryReportAsync(ClientHost.Event("refused", large), Token));
        using var impatience = new CancellationTokenSource();
        var given = host.Reporter.ReportAsync(ClientHost.Event("given-up", large), impatience.Token).AsTask();
        var waiting = host.Reporter.ReportAsync(ClientHost.Event("3", large), Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);

        Volatile.Write(ref isAway, false);
        await waiting;
        await host.Reporter.FlushAsync(Token);
        Assert.Equal(["1", "2", "3"], api.Ids.Distinct());
    }

    [Fact]
    public async Task Dispose_ApiAway_EndsAtTheDeadlineAndSaysSo()
    {
        using var api = new StubApi { Answer = (_, _) => null };
        await using var host = new ClientHost(api, options => options.FlushTimeout = TimeSpan.FromMilliseconds(50));
        await ReportAsync(host.Reporter, 0, 3);
        var flush = host.Reporter.FlushAsync(Token);

        await host.Reporter.DisposeAsync();

        Assert.Equal(3, host.Reporter.Pending);
        await Assert.ThrowsAsync<InvalidOperationException>(() => flush);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.Reporter.ReportAsync(ClientHost.Event("late"), Token).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.Reporter.TryReportAsync(ClientHost.Event("late"), Token).AsTask());
    }

    /// <summary>Reports an event to an API that does not take it at once, and lets time pass until it was sent again and taken.</summary>
    private static async Task<ClientHost> RepeatedAsync(StubApi api)
    {
        var clock = new FakeTimeProvider();
        var host = new ClientHost(api, options => options.FlushTimeout = TimeSpan.Zero, clock: clock);
        await ReportAsync(host.Reporter, 0, 1);
        await Eventually.BecomesTrueAsync(() => host.Reporter.Pending == 0, "It was not settled.", () => clock.Advance(TimeSpan.FromSeconds(1)));
        Assert.True(api.Batches.Count > 1, "It was not repeated.");
        return host;
    }

    private static IEnumerable<string> Ids(int first, int count) => Enumerable.Range(first, count).Select(id => $"{id}");

    private static async Task ReportAsync(UsageReporter reporter, int first, int count)
    {
        foreach (var id in Ids(first, count))
            await reporter.ReportAsync(ClientHost.Event(id), Token);
    }
}
