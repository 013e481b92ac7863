using System.Net;
using CloudNative.Metering.Client;
using CloudNative.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CloudNative.ApiService.Tests.Reporting;

/// <summary>The .NET client against the API itself.</summary>
public sealed class UsageReporterTests(TestApi api)
{
    private const int Events = 400;

    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Proves("the client retries with the same ids")]
    [Fact]
    public async Task Report_AnswersAreLost_EveryEventCountsOnce()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        await using var sink = await SinkStandIn.OpenAsync(api, tenantId);
        using var network = new LosingHandler(seed: 20);
        await using var services = Services(key, network);
        var (client, reporter) = (services.GetRequiredService<MeteringClient>(), services.GetRequiredService<UsageReporter>());
        await client.CreateMeterAsync(Tokens, Token);

        for (var n = 1; n <= Events; n++)
            await reporter.ReportAsync(Event(n % 2 == 0 ? "even" : "odd", n), Token);
        await reporter.FlushAsync(Token);
        var stored = await sink.DrainAsync();

        Assert.True(network.LostAnswers > 0, "No answer was lost.");
        Assert.Equal((Events, stored.Counts.Received - Events), (stored.Counts.Counted, stored.Counts.Duplicates));
        Assert.True(stored.Counts.Duplicates > 0, "Nothing was sent twice.");
        var usage = await client.QueryAsync(
            "tokens", new UsageQuery { From = Noon, To = Noon.AddDays(1), WindowSize = WindowSize.Day, WindowTimeZone = "UTC", GroupBy = ["parity"] }, Token);
        Assert.Equal(
            [("even", 40_200m), ("odd", 40_000m)],
            usage.Data.Select(row => (row.GroupBy["parity"], row.Value.ToDecimal())));
        Assert.Equal(["acme"], await client.ListSubjectsAsync("tokens", Token));
    }

    [Fact]
    public async Task Report_OneWrongEventInABatch_TheOthersAreTaken()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        await using var sink = await SinkStandIn.OpenAsync(api, tenantId);
        using var network = new HttpClientHandler();
        var refused = new List<RefusedEvent>();
        await using var services = Services(key, network, options => (options.BatchSize, options.BatchDelay, options.OnRefused) = (3, TimeSpan.FromSeconds(30), refused.Add));
        var reporter = services.GetRequiredService<UsageReporter>();

        await reporter.ReportAsync(Event("even", 2), Token);
        await reporter.ReportAsync(Event("odd", 3) with { Source = "not a URI reference \\" }, Token);
        await reporter.ReportAsync(Event("even", 4), Token);
        await reporter.FlushAsync(Token);

        Assert.Contains("[1].source", Assert.Single(refused).Reason, StringComparison.Ordinal);
        Assert.Equal(2, (await sink.DrainAsync()).Counts.Received);
    }

    [Fact]
    public async Task Client_MetersAndEvents_AreReadAsTheyAre()
    {
        var (tenantId, key) = await api.CreateTenantAsync(Token);
        await using var sink = await SinkStandIn.OpenAsync(api, tenantId);
        using var network = new HttpClientHandler();
        await using var services = Services(key, network);
        var client = services.GetRequiredService<MeteringClient>();

        var created = await client.CreateMeterAsync(Tokens, Token);
        await client.SendAsync(Event("odd", 7), Token);
        await sink.DrainAsync();

        Assert.Equal((Tokens.Slug, Tokens.EventType, Tokens.Aggregation, Tokens.ValueProperty), (created.Slug, created.EventType, created.Aggregation, created.ValueProperty));
        Assert.Equal(created.Id, Assert.Single(await client.ListMetersAsync(Token)).Id);
        Assert.Equal("$.parity", (await client.GetMeterAsync("tokens", Token)).GroupBy["parity"]);
        var listed = Assert.Single(await client.ListEventsAsync(new EventFilter { Subject = "acme", From = Noon, Limit = 10 }, Token));
        Assert.Equal((Noon.AddMinutes(7), null), (listed.Time, listed.ValidationError));
        Assert.Equal(["tokens"], listed.Meters);
        Assert.Empty((await client.QueryAsync("tokens", new UsageQuery { FilterGroupBy = new Dictionary<string, IReadOnlyList<string>> { ["parity"] = ["even"] } }, Token)).Data);

        var taken = await Assert.ThrowsAsync<MeteringException>(() => client.CreateMeterAsync(Tokens, Token));
        Assert.Equal(HttpStatusCode.Conflict, taken.Status);
        var wrong = await Assert.ThrowsAsync<MeteringException>(() => client.CreateMeterAsync(Tokens with { Slug = "Not a slug" }, Token));
        Assert.Equal("slug", Assert.Single(wrong.ValidationErrors).Field);
        await client.DeleteMeterAsync("tokens", Token);
        Assert.Empty(await client.ListMetersAsync(Token));
    }

    private static MeterDefinition Tokens { get; } = new()
    {
        Slug = "tokens", EventType = "prompt", Aggregation = Aggregation.Sum, ValueProperty = "$.tokens",
        GroupBy = new Dictionary<string, string> { ["parity"] = "$.parity" },
    };

    private static UsageEvent Event(string parity, int tokens) =>
        new() { Source = "tests", Type = "prompt", Subject = "acme", Time = Noon.AddMinutes(tokens % 600), Data = new { tokens, parity } };

    private ServiceProvider Services(string key, HttpMessageHandler network, Action<UsageReporterOptions>? configure = null)
    {
        if (network is DelegatingHandler losing)
            losing.InnerHandler = new HttpClientHandler();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.None));
        services.ConfigureHttpClientDefaults(http => http.ConfigurePrimaryHttpMessageHandler(() => network));
        services.AddMeteringClient(options =>
        {
            using var address = api.Anonymous;
            (options.BaseAddress, options.Key, options.MaxRetries) = (address.BaseAddress, key, 100);
            (options.RetryDelay, options.MaxRetryDelay) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5));
        });
        services.AddUsageReporter(options =>
        {
            (options.BatchSize, options.BatchDelay) = (20, TimeSpan.FromMilliseconds(1));
            configure?.Invoke(options);
        });
        return services.BuildServiceProvider();
    }
}
