using System.Net;
using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CloudNative.ServiceDefaults.Tests.Kafka;

public sealed class KafkaClientTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Health_BrokerThere_Healthy()
    {
        using var cluster = new KafkaCluster();
        await using var app = await StartAsync(cluster.BootstrapServers);

        using var response = await app.Client.GetAsync("/health", Cancellation);

        Assert.Contains("Brokers: 1", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Health_BrokerAway_UnhealthyNamingTheAddress()
    {
        await using var app = await StartAsync("127.0.0.1:1");

        using var response = await app.Client.GetAsync("/health", Cancellation);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Contains("127.0.0.1:1", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_AfterAProducersReport_HoldItsSentMessages()
    {
        using var cluster = new KafkaCluster();
        await using var app = await StartAsync(cluster.BootstrapServers);
        var statistics = app.Services.GetRequiredService<KafkaStatistics>();
        var reported = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var config = new ProducerConfig
        {
            BootstrapServers = app.Services.GetRequiredService<KafkaConnection>().BootstrapServers,
            ClientId = "statistics-test",
            StatisticsIntervalMs = 100,
        };
        using var producer = new ProducerBuilder<Null, string>(config)
            .SetStatisticsHandler((_, json) =>
            {
                statistics.Observe(json);
                if (json.Contains("\"txmsgs\":2", StringComparison.Ordinal))
                    reported.TrySetResult();
            })
            .Build();

        await producer.ProduceAsync("numbers", new Message<Null, string> { Value = "1" }, Cancellation);
        await producer.ProduceAsync("numbers", new Message<Null, string> { Value = "2" }, Cancellation);
        await reported.Task.WaitAsync(Deadline, Cancellation);
        var text = await app.Client.GetStringAsync("/metrics", Cancellation);

        var sent = text.Split('\n').Single(line => line.StartsWith("kafka_client_messages_sent", StringComparison.Ordinal) && line.Contains("statistics-test", StringComparison.Ordinal));
        Assert.Contains(" 2", sent, StringComparison.Ordinal);
        Assert.Contains("kafka_client_brokers_connected", text, StringComparison.Ordinal);
    }

    private static Task<TestApp> StartAsync(string bootstrapServers) => TestApp.StartAsync("Development", builder =>
    {
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:kafka", bootstrapServers)]);
        builder.AddKafkaClient("kafka");
    });
}
