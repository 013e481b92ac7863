using System.Net.Http.Headers;
using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using CloudNative.Tests;

namespace CloudNative.EndToEnd.Tests.Demo;

/// <summary><c>dotnet run --project AppHost -- --demo</c>: a first look that is alive.</summary>
public sealed class DemoTests
{
    private const int Customers = 12;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Demo_StartedTwice_ReportsAWeekOnceAndGoesOn()
    {
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(["--demo"], Cancellation);
        await using var app = await builder.BuildAsync(Cancellation);
        using var start = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        start.CancelAfter(StartTimeout);
        await app.StartAsync(start.Token);
        await app.ResourceNotifications.WaitForResourceAsync("demo", KnownResourceStates.Running, start.Token);
        using var api = app.CreateHttpClient("api");
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SystemFixture.ApiKey);

        await Eventually.GetAsync(token => RequestsAsync(api, token), requests => requests > 0, "calls are reported as they happen", Deadline);
        var week = await SettledPastDaysAsync(api);
        var restart = await app.ResourceCommands.ExecuteCommandAsync("demo", KnownResourceCommands.RestartCommand, Cancellation);
        var before = await RequestsAsync(api, Cancellation);
        await Eventually.GetAsync(token => RequestsAsync(api, token), requests => requests > before, "calls go on after the restart", Deadline);

        Assert.True(restart.Success, restart.Message);
        Assert.Equal(week, await PastDaysAsync(api, Cancellation));
    }

    private static async Task<decimal> RequestsAsync(HttpClient api, CancellationToken cancellationToken)
    {
        using var response = await api.GetAsync("/api/v1/meters/requests_total/query", cancellationToken);
        if (!response.IsSuccessStatusCode)
            return 0;
        var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return answer.RootElement.GetProperty("data").EnumerateArray().Sum(row => row.GetProperty("value").GetDecimal());
    }

    /// <summary>The sink counts partitions side by side: a call of today may be there before all of the days before.</summary>
    private static async Task<List<string>> SettledPastDaysAsync(HttpClient api)
    {
        var (days, since) = (new List<string>(), TimeProvider.System.GetTimestamp());
        await Eventually.GetAsync(
            async token =>
            {
                var now = await PastDaysAsync(api, token);
                if (!now.SequenceEqual(days))
                    (days, since) = (now, TimeProvider.System.GetTimestamp());
                return days.Count;
            },
            count => count == 7 * Customers && TimeProvider.System.GetElapsedTime(since) > Settled,
            "a week of every customer is counted, and no more comes", Deadline);
        return days;
    }

    /// <summary>Tokens by day and customer, of the days before today.</summary>
    private static async Task<List<string>> PastDaysAsync(HttpClient api, CancellationToken cancellationToken)
    {
        var today = TimeProvider.System.GetUtcNow().UtcDateTime.Date;
        var answer = JsonDocument.Parse(await api.GetStringAsync(
            $"/api/v1/meters/tokens_total/query?windowSize=DAY&groupBy=subject&to={today:yyyy-MM-dd}T00:00:00Z", cancellationToken));
        return [.. answer.RootElement.GetProperty("data").EnumerateArray().Select(row =>
            $"{row.GetProperty("windowStart")} {row.GetProperty("subject")} {row.GetProperty("value")}")];
    }
}
