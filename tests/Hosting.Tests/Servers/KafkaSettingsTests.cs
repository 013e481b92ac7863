using Aspire.Hosting;
using Aspire.Hosting.Servers.Kafka;

namespace CloudNative.Hosting.Tests.Servers;

public sealed class KafkaSettingsTests
{
    [Fact]
    public void ParseList_TwoTopics_GivesNamesAndPartitions() =>
        Assert.Equal([new KafkaTopic("usage-events", 12), new KafkaTopic("other", 1)], KafkaTopic.ParseList("usage-events:12:1, other:1"));

    [Theory]
    [InlineData("usage-events")]
    [InlineData("usage-events:many:1")]
    [InlineData("usage-events:0:1")]
    [InlineData(":1:1")]
    [InlineData("a:1:1:compact")]
    public void ParseList_Malformed_NamesTheVariableAndTheText(string text)
    {
        var refused = Assert.Throws<DistributedApplicationException>(() => KafkaTopic.ParseList(text));

        Assert.Contains($"KAFKA_CREATE_TOPICS has '{text}'", refused.Message);
    }

    [Theory]
    [InlineData("KAFKA_LOG_RETENTION_MS", "log.retention.ms")]
    [InlineData("KAFKA_X__Y___Z", "x_y-z")]
    [InlineData("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "auto.create.topics.enable")]
    public void Render_Variable_SetsTheProperty(string variable, string property)
    {
        var lines = BrokerProperties.Render(19092, 19093, "/data", new Dictionary<string, string> { [variable] = "7" }).Split('\n');

        Assert.Single(lines, line => line.StartsWith($"{property}=", StringComparison.Ordinal));
        Assert.Contains($"{property}=7", lines);
    }

    [Fact]
    public void Render_TopicsVariable_IsNoProperty()
    {
        var lines = BrokerProperties.Render(1, 2, "/data", new Dictionary<string, string> { ["KAFKA_CREATE_TOPICS"] = "a:1:1" }).Split('\n');

        Assert.DoesNotContain(lines, line => line.StartsWith("create.topics=", StringComparison.Ordinal));
    }

    [Fact]
    public void Render_WindowsFolder_IsEscapedAsJavaReadsIt() =>
        Assert.Contains(@"log.dirs=C:\\data", BrokerProperties.Render(1, 2, @"C:\data", new Dictionary<string, string>()));

    [Fact]
    public void At_FolderWithoutLibs_SaysWhatIsWrong()
    {
        var refused = Assert.Throws<DistributedApplicationException>(() => KafkaDistribution.At("/nowhere"));

        Assert.Contains("CLOUDNATIVE_KAFKA_HOME is '/nowhere'", refused.Message);
    }
}
