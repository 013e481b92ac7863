using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.EndToEnd.Tests.Flights;

/// <summary>Real data through the whole system, compared with an independent count of the same file. Alone, because it watches the tenant's books.</summary>
[Collection(Alone.Name)]
public sealed class FlightsTests(SystemFixture system, ITestOutputHelper output)
{
    private const int BatchSize = 1_000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flights_PostedTwice_CountExactlyAsDuckDbDoes()
    {
        var file = Flight.FindFile();
        var flights = Flight.Read(file);
        using var api = system.CreateApiClient();
        await CreateMetersAsync(api);

        var posted = await PostAsync(api, flights);
        await WaitForAsync(CountedAsync, flights.Count, "flights counted");
        var visible = Stopwatch.GetElapsedTime(posted.Started);
        output.WriteLine(
            $"{flights.Count} flights of {Path.GetFileName(file)} in batches of {BatchSize}: posted in {posted.Duration.TotalSeconds:F2} s "
            + $"({flights.Count / posted.Duration.TotalSeconds:F0} events/s), all visible {visible.TotalSeconds:F2} s after the first was sent");
        await CompareAsync(api, new FlightOracle(file));

        var duplicates = await DuplicatesAsync(api, Cancellation);
        await PostAsync(api, flights);
        await WaitForAsync(DuplicatesAsync, duplicates + flights.Count, "duplicates");
        await CompareAsync(api, new FlightOracle(file));
    }

    private static async Task CreateMetersAsync(HttpClient api)
    {
        var groupBy = new { destination = "$.destination" };
        foreach (object meter in new object[]
        {
            new { slug = "flights", eventType = "flight", aggregation = "COUNT", groupBy },
            new { slug = "flight_distance", eventType = "flight", aggregation = "SUM", valueProperty = "$.distance", groupBy },
            new { slug = "flight_delay", eventType = "flight", aggregation = "SUM", valueProperty = "$.delay", groupBy },
        })
        {
            using var created = await api.PostAsJsonAsync("/api/v1/meters", meter, Cancellation);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        }
    }

    private static async Task<(long Started, TimeSpan Duration)> PostAsync(HttpClient api, IReadOnlyList<Flight> flights)
    {
        var batches = flights.Select((flight, index) => flight.ToEvent(index)).Chunk(BatchSize)
            .Select(batch => JsonSerializer.SerializeToUtf8Bytes(batch)).ToList();
        var started = Stopwatch.GetTimestamp();
        foreach (var batch in batches)
        {
            using var content = new ByteArrayContent(batch) { Headers = { ContentType = new("application/cloudevents-batch+json") } };
            using var response = await api.PostAsync("/api/v1/events", content, Cancellation);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }

        return (started, Stopwatch.GetElapsedTime(started));
    }

    private async Task WaitForAsync(Func<HttpClient, CancellationToken, Task<long>> ask, long expected, string what)
    {
        using var api = system.CreateApiClient();
        var seen = await Eventually.GetAsync(token => ask(api, token), number => number >= expected, $"{expected} {what}");
        Assert.Equal(expected, seen);
    }

    private static async Task<long> CountedAsync(HttpClient api, CancellationToken cancellationToken)
    {
        var usage = await api.GetFromJsonAsync<JsonElement>("/api/v1/meters/flights/query", cancellationToken);
        return usage.GetProperty("data")[0].GetProperty("value").GetInt64();
    }

    private static async Task<long> DuplicatesAsync(HttpClient api, CancellationToken cancellationToken)
    {
        var ledger = await api.GetFromJsonAsync<JsonElement>("/api/v1/ledger?windowSize=DAY", cancellationToken);
        return ledger.GetProperty("data").EnumerateArray().Sum(row => row.GetProperty("duplicates").GetInt64());
    }

    private static async Task CompareAsync(HttpClient api, FlightOracle oracle)
    {
        foreach (var (slug, value) in new[] { ("flights", "count(*)"), ("flight_distance", "sum(distance)"), ("flight_delay", "sum(delay)") })
        {
            foreach (var (byDay, byOrigin, byDestination) in new[]
            {
                (false, false, false), (true, false, false), (false, true, false), (false, false, true), (true, true, true),
            })
            {
                var expected = await oracle.AskAsync(value, byDay, byOrigin, byDestination, Cancellation);
                Assert.Equal(expected, await AskAsync(api, slug, byDay, byOrigin, byDestination));
            }
        }
    }

    private static async Task<SortedDictionary<string, string>> AskAsync(HttpClient api, string slug, bool byDay, bool byOrigin, bool byDestination)
    {
        var query = $"/api/v1/meters/{slug}/query?{(byDay ? "windowSize=DAY&" : "")}{(byOrigin ? "groupBy=subject&" : "")}{(byDestination ? "groupBy=destination" : "")}";
        var answer = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var usage = await api.GetFromJsonAsync<JsonElement>(query.TrimEnd('&', '?'), Cancellation);
        foreach (var row in usage.GetProperty("data").EnumerateArray())
        {
            var day = byDay ? row.GetProperty("windowStart").GetString()![..10] : "";
            var origin = byOrigin ? row.GetProperty("subject").GetString() : "";
            var destination = byDestination ? row.GetProperty("groupBy").GetProperty("destination").GetString() : "";
            answer.Add($"{day}|{origin}|{destination}", row.GetProperty("value").GetRawText());
        }

        return answer;
    }
}
