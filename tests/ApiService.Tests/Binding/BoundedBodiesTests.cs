using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Aspire.Hosting.Servers.Kafka;
using CloudNative.ApiService.Backlog;
using CloudNative.ApiService.Binding;
using CloudNative.ApiService.Tests.Events;
using CloudNative.Metering.Events;
using CloudNative.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace CloudNative.ApiService.Tests.Binding;

/// <summary>However much is sent at once, what requests keep in memory is bounded, and nothing that was acknowledged is missing.</summary>
public sealed class BoundedBodiesTests(TestApi api)
{
    private const int Kilobytes = 16_384;
    private const int Fitting = Kilobytes / 4_096;
    private const int Requests = 64;
    private const int EventsInBody = 16;
    private const int SlowAnswer = 300;
    private const string Full = "The bodies of other requests";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_ManyLargeBodiesAndASlowBroker_ServesThoseThatThereIsMemoryForAndRefusesTheOthers()
    {
        using var cluster = MockCluster.Start();
        cluster.CreateTopic(new KafkaTopic(UsageEventTopic.Name, UsageEventTopic.Partitions));
        await using var started = Start(cluster.Listener.ToString());
        using var client = await ClientAsync(started);
        // Also makes the producers connect.
        Assert.True(await TakenAsync(client, Body(Requests, padding: 0), isAnnounced: true));
        var memory = started.Services.GetRequiredService<BodyMemory>();

        var bodies = Enumerable.Range(0, Requests).Select(number => Body(number)).ToList();
        cluster.SetRoundTrip(SlowAnswer);
        var posting = bodies.Select((body, number) => TakenAsync(client, body, isAnnounced: number % 2 == 0)).ToList();
        await Task.WhenAny(posting);
        Assert.InRange(memory.Taken, 1, Kilobytes * 1024L);
        var taken = (await Task.WhenAll(posting)).Count(isTaken => isTaken);
        cluster.SetRoundTrip(0);

        Assert.InRange(taken, 1, Requests - 1);
        Assert.Equal(0, memory.Taken);
        var log = await started.Services.GetRequiredService<TopicLog>().ReadAsync(Token);
        Assert.Equal((1 + taken) * EventsInBody, log.Sum(partition => partition!.Value.High));
    }

    [Fact]
    public async Task Post_LogWasNotLookedAtYet_OnlyWhatThereIsMemoryForWaits()
    {
        await using var broker = new LateBroker(api.Servers.Kafka);
        await using var started = Start(broker.BootstrapServers);
        using var client = await ClientAsync(started);

        var body = Body(0);
        var posting = Enumerable.Range(0, 3 * Fitting).Select(_ => TakenAsync(client, body, isAnnounced: true)).ToList();
        await Eventually.GetAsync(
            _ => Task.FromResult(posting.Count(posted => posted.IsCompleted)), answered => answered == 2 * Fitting, "the others are refused at once");
        broker.Answer();

        Assert.Equal(Fitting, (await Task.WhenAll(posting)).Count(isTaken => isTaken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_NoMemoryIsLeft_IsRefusedAndQuestionsAreAnswered(bool isAnnounced)
    {
        await using var started = Start(api.Servers.Kafka);
        using var client = await ClientAsync(started);
        var memory = started.Services.GetRequiredService<BodyMemory>();
        const long Others = Kilobytes * 1024L - BodyShare.Least;
        Assert.True(memory.TryTake(Others));

        Assert.False(await TakenAsync(client, Body(1), isAnnounced));
        using var asked = await client.GetAsync(new Uri("/api/v1/meters", UriKind.Relative), Token);
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);

        memory.Return(Others);
        Assert.True(await TakenAsync(client, Body(1), isAnnounced));
        await Eventually.GetAsync(_ => Task.FromResult(memory.Taken), taken => taken == 0, "what was taken is given back");
    }

    private ApiFactory Start(string kafka) => api.Another(kafka: kafka, settings: [("Producer:Timeout", "00:00:09"), ("Bodies:Kilobytes", $"{Kilobytes}")]);

    private async Task<HttpClient> ClientAsync(ApiFactory started)
    {
        var (_, key) = await api.CreateTenantAsync(Token);
        var client = started.CreateClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    /// <summary>Just below 4 MiB, unless the events are padded less.</summary>
    private static byte[] Body(int number, int padding = UsageEventReader.MaxEventBytes - 256) => JsonSerializer.SerializeToUtf8Bytes(
        from i in Enumerable.Range(0, EventsInBody)
        select new { specversion = "1.0", id = $"{number}-{i}", source = "/a", type = "t", subject = $"{number}-{i}", data = new { padding = new string('x', padding) } });

    /// <summary>What was not taken was refused for want of memory.</summary>
    private static async Task<bool> TakenAsync(HttpClient client, byte[] body, bool isAnnounced)
    {
        using var answer = await PostAsync(client, body, isAnnounced);
        if (answer.StatusCode == HttpStatusCode.NoContent)
            return true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.ToString());
        Assert.StartsWith(Full, (await answer.ReadJsonAsync(Token)).Text("detail"), StringComparison.Ordinal);
        return false;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] body, bool isAnnounced)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/events");
        request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/cloudevents-batch+json") } };
        // Asks first, as a client does that does not want to send in vain.
        (request.Headers.ExpectContinue, request.Headers.TransferEncodingChunked) = (true, !isAnnounced);
        return await client.SendAsync(request, Token);
    }
}
