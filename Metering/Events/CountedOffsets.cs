using Npgsql;

namespace CloudNative.Metering.Events;

/// <summary>Up to where a stream is counted; for those who only look.</summary>
public static class CountedOffsets
{
    private const string Sql = """
        select o.partition, o.next_offset from ingest_offsets o
        join ingest_streams s on s.id = o.stream_id
        where s.topic = @topic and s.topic_id = @id
        """;

    /// <summary>By partition, the first offset that is not counted. A partition that no consumer has taken yet is missing.</summary>
    public static async Task<IReadOnlyDictionary<int, long>> ReadAsync(NpgsqlDataSource dataSource, StreamIdentity stream, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Sql);
        command.Parameters.AddWithValue("topic", stream.Topic);
        command.Parameters.AddWithValue("id", stream.TopicId);
        var offsets = new Dictionary<int, long>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            offsets[reader.GetInt32(0)] = reader.GetInt64(1);
        return offsets;
    }
}
