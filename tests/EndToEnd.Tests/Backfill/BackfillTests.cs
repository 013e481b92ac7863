using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CloudNative.Tests;

namespace CloudNative.EndToEnd.Tests.Backfill;

/// <summary>Events first, the meter later: it counts them all, and each once.</summary>
public sealed class BackfillTests(SystemFixture system)
{
    private const int Before = 3_000, After = 500, BatchSize = 500;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Proves("counted later by a meter that is created for it")]
    [Fact]
    public async Task Backfill_EventsBeforeAndAfterTheMeter_AreAllCounted()
    {
        using var api = system.CreateApiClient();
        var type = $"backfill-{Guid.NewGuid():N}";
        await PostAsync(api, type, 0, Before);
        await Eventually.GetAsync(
            async token => (await api.GetFromJsonAsync<JsonElement>($"/api/v1/events?type={type}&limit=1", token)).GetArrayLength(),
            stored => stored == 1, "the first events stored", Deadline);

        var slug = $"late_{Guid.NewGuid():N}"[..20];
        using var created = await api.PostAsJsonAsync(
            "/api/v1/meters", new { slug, eventType = type, aggregation = "SUM", valueProperty = "$.n", groupBy = new { parity = "$.parity" } }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        await PostAsync(api, type, Before, After);

        const int All = Before + After;
        var usage = await Eventually.GetAsync(
            token => api.GetFromJsonAsync<JsonElement>($"/api/v1/meters/{slug}/query?groupBy=parity", token),
            answer => !answer.TryGetProperty("incomplete", out _) && Sum(answer) == All * (All - 1L) / 2, "all events counted, and said to be complete", Deadline);
        Assert.Equal(2, usage.GetProperty("data").GetArrayLength());
        var backfill = await api.GetFromJsonAsync<JsonElement>($"/api/v1/meters/{slug}/backfill", Cancellation);
        Assert.Equal("DONE", backfill.GetProperty("state").GetString());
        Assert.InRange(backfill.GetProperty("counted").GetInt64(), 1, Before);
        Assert.Equal(backfill.GetProperty("scanned").GetInt64(), backfill.GetProperty("total").GetInt64());
    }

    private static long Sum(JsonElement usage) => usage.GetProperty("data").EnumerateArray().Sum(row => row.GetProperty("value").GetInt64());

    private static async Task PostAsync(HttpClient api, string type, int first, int count)
    {
        foreach (var numbers in Enumerable.Range(first, count).Chunk(BatchSize))
        {
            var batch = numbers.Select(n => new
            {
                specversion = "1.0", id = $"{n}", source = type, type, subject = $"subject-{n % 5}", time = "2026-02-28T23:59:30Z",
                data = new { n, parity = n % 2 == 0 ? "even" : "odd" },
            });
            using var content = JsonContent.Create(batch, new MediaTypeHeaderValue("application/cloudevents-batch+json"));
            using var response = await api.PostAsync("/api/v1/events", content, Cancellation);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }
    }
}
