namespace Aspire.Hosting.Servers.Kafka;

/// <summary>
/// What tests say to the in-memory cluster, a line each on its standard input; each is answered by <c>ok</c> or <c>error: …</c>:
/// <c>down</c> and <c>up</c> (the broker), <c>delay MILLISECONDS</c> (every answer), <c>fail API ERROR COUNT</c> (the next requests; Kafka's
/// numbers, such as <c>fail 0 7 3</c> for three produce requests that time out), <c>clear API</c>, <c>topic NAME PARTITIONS</c>,
/// <c>delete TOPIC</c>, <c>trim TOPIC PARTITION OFFSET</c> (the log starts at the offset).
/// </summary>
internal sealed class FaultCommands(MockCluster cluster)
{
    public string Execute(string line)
    {
        try
        {
            Apply(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            return "ok";
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidOperationException)
        {
            return $"error: {e.Message}";
        }
    }

    private void Apply(string[] words)
    {
        switch (words)
        {
            case ["down"]:
                cluster.SetDown();
                break;
            case ["up"]:
                cluster.SetUp();
                break;
            case ["delay", var milliseconds]:
                cluster.SetRoundTrip(int.Parse(milliseconds));
                break;
            case ["fail", var api, var error, var count]:
                cluster.FailRequests(short.Parse(api), int.Parse(error), int.Parse(count));
                break;
            case ["clear", var api]:
                cluster.ClearFailures(short.Parse(api));
                break;
            case ["topic", var name, var partitions]:
                cluster.CreateTopic(new KafkaTopic(name, int.Parse(partitions)));
                break;
            case ["delete", var name]:
                cluster.DeleteTopic(name);
                break;
            case ["trim", var topic, var partition, var offset]:
                cluster.DeleteRecords(topic, int.Parse(partition), long.Parse(offset));
                break;
            default:
                throw new FormatException($"'{string.Join(' ', words)}' is no command.");
        }
    }
}
