using CloudNative.ServiceDefaults.Kafka;
using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CloudNative.ServiceDefaults.Tests.Kafka;

public sealed class KafkaConnectionTests
{
    [Fact]
    public void Configure_ServersOnly_SetsNothingElse()
    {
        var config = KafkaConnection.Parse("one:9092,two:9092").Configure(new ProducerConfig { ClientId = "x" });

        Assert.Equal("one:9092,two:9092", config.BootstrapServers);
        Assert.Equal(2, config.Count());
    }

    [Fact]
    public void Configure_WithSignIn_IsWhatTheClientTakes()
    {
        var config = KafkaConnection.Parse("one:9096; security.protocol=SASL_SSL;sasl.mechanism=SCRAM-SHA-512;sasl.username=app;sasl.password=a=b,c")
            .Configure(new ConsumerConfig { GroupId = "x" });

        Assert.Equal(("SASL_SSL", "SCRAM-SHA-512", "app", "a=b,c"), (config.Get("security.protocol"), config.Get("sasl.mechanism"), config.SaslUsername, config.SaslPassword));
        // The library itself accepts it, without GSSAPI's library, too.
        using var consumer = new ConsumerBuilder<byte[], byte[]>(config).SetLogHandler((_, _) => { }).Build();
    }

    [Theory]
    [InlineData("acks=0")]
    [InlineData("one:9092;acks=0;sasl.password=s3cret")]
    [InlineData("one:9092;sasl.password")]
    [InlineData(";")]
    public void AddKafkaClient_StringThatCantBeRead_IsToldAtStartWithoutItsSecrets(string connectionString)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create<string, string?>("ConnectionStrings:kafka", connectionString)]);
        builder.AddKafkaClient("kafka");
        using var host = builder.Build();

        var error = Assert.Throws<OptionsValidationException>(host.Start);

        Assert.Contains("ConnectionStrings:kafka", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }
}
