using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.Events;

/// <summary>
/// A topic's incarnation. Kafka draws the id at random (128 bits) when a topic is made, so one that was deleted and made again, or lives in another
/// cluster, is another stream of events.
/// </summary>
public sealed record StreamIdentity(string Topic, string TopicId);

/// <summary>
/// Where each partition stands, in the same database as what was counted: an offset moves in the transaction that counts, and only for the
/// consumer that took the partition over last. The group's offsets in Kafka follow these;
/// nobody counts by them.
/// </summary>
public static class IngestOffsets
{
    private const string FindStreamsSql = "select id, topic_id from ingest_streams where topic = @topic order by id";

    private const string AddStreamSql = """
        insert into ingest_streams (topic, topic_id) values (@topic, @id)
        on conflict (topic, topic_id) do update set topic = excluded.topic
        returning id
        """;

    private const string TakeOverSql = """
        insert into ingest_offsets as o (stream_id, partition, next_offset, epoch, read_again_until)
        values (@stream, @partition, @earliest, 1, @latest)
        on conflict (stream_id, partition) do update set epoch = o.epoch + 1
        returning epoch, next_offset, is_cut, read_again_until, last_offset, last_hash
        """;

    private const string AdvanceSql = """
        update ingest_offsets o set next_offset = b.until, last_offset = coalesce(b.last_offset, o.last_offset), last_hash = coalesce(b.last_hash, o.last_hash)
        from unnest(@streams, @partitions, @epochs, @starts, @ends, @last_offsets, @last_hashes)
          as b (stream_id, partition, epoch, start, until, last_offset, last_hash)
        where o.stream_id = b.stream_id and o.partition = b.partition and o.epoch = b.epoch and o.next_offset = b.start
        returning o.partition
        """;

    private const string MoveSql = """
        update ingest_offsets set next_offset = @to, last_offset = null, last_hash = null where stream_id = @stream and partition = @partition and epoch = @epoch and next_offset = @from
        """;

    private const string CutSql = "update ingest_offsets set is_cut = true where stream_id = @stream and partition = @partition";

    private const string EndStreamSql = """
        update ingest_streams set topic_id = topic_id || ' until stream ' || (select max(id) + 1 from ingest_streams) where id = @stream and topic_id = @id
        """;

    // The new epoch ends the owners of the old stream: the update waits for those that are counting, and takes over the offsets that they leave.
    // Where another process was first, its rows stay.
    private const string GoOnSql = $"""
        with added as ({AddStreamSql}), ended as (
            update ingest_offsets set epoch = epoch + 1 where stream_id = @stream
            returning partition, partition = @partition as begins, next_offset, is_cut, read_again_until, last_offset, last_hash
        ), copied as (
            insert into ingest_offsets (stream_id, partition, next_offset, epoch, is_cut, read_again_until, last_offset, last_hash)
            select id, partition, case when begins then @from else next_offset end, 0, is_cut and not begins,
                   case when begins then @until else read_again_until end,
                   case when not begins then last_offset end, case when not begins then last_hash end
            from added, ended
            on conflict (stream_id, partition) do nothing
        )
        select id from added
        """;

    private const string AlreadyStoredSql = """
        select o.partition from ingest_offsets o
        join unnest(@streams, @partitions, @epochs, @starts, @ends) as b (stream_id, partition, epoch, start, until)
          on o.stream_id = b.stream_id and o.partition = b.partition and o.epoch = b.epoch and o.next_offset = b.until
        """;

    /// <summary>The stream's id. A topic that was known under another identity is a new stream only where that is allowed.</summary>
    /// <exception cref="StreamReplacedException">The topic is known under another identity, and <paramref name="mayBeReplaced"/> is false.</exception>
    public static async Task<int> OpenStreamAsync(
        NpgsqlDataSource dataSource, StreamIdentity identity, bool mayBeReplaced, CancellationToken cancellationToken)
    {
        await using var known = dataSource.CreateCommand(FindStreamsSql);
        known.Parameters.AddWithValue("topic", identity.Topic);
        var isKnown = false;
        await using (var reader = await known.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                isKnown = true;
                if (reader.GetString(1) == identity.TopicId)
                    return reader.GetInt32(0);
            }
        }

        if (isKnown && !mayBeReplaced)
            throw new StreamReplacedException(identity);

        await using var add = dataSource.CreateCommand(AddStreamSql);
        add.Parameters.AddWithValue("topic", identity.Topic);
        add.Parameters.AddWithValue("id", identity.TopicId);
        return (int)(await add.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>
    /// Makes the caller the partition's only owner, and tells where it goes on; a partition never seen starts at its earliest record, and what it holds up to
    /// <paramref name="latest"/> may have been counted in another stream, of which it is a copy.
    /// </summary>
    public static async Task<PartitionClaim> TakeOverAsync(
        NpgsqlDataSource dataSource, int streamId, int partition, long earliest, long latest, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(TakeOverSql);
        command.Parameters.AddWithValue("stream", streamId);
        command.Parameters.AddWithValue("partition", partition);
        command.Parameters.AddWithValue("earliest", earliest);
        command.Parameters.AddWithValue("latest", latest);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new PartitionClaim(streamId, partition, reader.GetInt64(0), reader.GetInt64(1))
        {
            IsCut = reader.GetBoolean(2),
            ReadAgainUntil = reader.GetInt64(3),
            Last = await reader.IsDBNullAsync(4, cancellationToken) ? null : new CountedRecord(reader.GetInt64(4), reader.GetInt64(5)),
        };
    }

    /// <summary>Remembers that the log ended before the claim's offset, or holds other records there.</summary>
    public static async Task<PartitionClaim> MarkCutAsync(NpgsqlDataSource dataSource, PartitionClaim claim, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(CutSql);
        command.Parameters.AddWithValue("stream", claim.StreamId);
        command.Parameters.AddWithValue("partition", claim.Partition);
        await command.ExecuteNonQueryAsync(cancellationToken);
        return claim with { IsCut = true };
    }

    /// <summary>
    /// Counts the same topic as another stream from now on, for an operator who accepts what a cut log has lost: offsets that were used before must not be
    /// used again for other records. The cut partition is read again from <paramref name="from"/>, and what it holds up to <paramref name="until"/> may be
    /// counted already: it is known by its keys. The other partitions go on where they stand; one that is cut as well waits for its own turn.
    /// </summary>
    public static async Task<int> ReplaceStreamAsync(
        NpgsqlDataSource dataSource, PartitionClaim cut, StreamIdentity identity, long from, long until, CancellationToken cancellationToken)
    {
        // One transaction.
        await using var batch = dataSource.CreateBatch();
        batch.BatchCommands.Add(new(EndStreamSql) { Parameters = { new("stream", cut.StreamId), new("id", identity.TopicId) } });
        batch.BatchCommands.Add(new(GoOnSql)
        {
            Parameters =
            {
                new("stream", cut.StreamId), new("partition", cut.Partition), new("topic", identity.Topic), new("id", identity.TopicId),
                new("from", from), new("until", until),
            },
        });
        return (int)(await batch.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Gives up what the broker deleted, for an operator who accepts its loss.</summary>
    public static async Task<PartitionClaim> MoveAsync(NpgsqlDataSource dataSource, PartitionClaim claim, long offset, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(MoveSql);
        command.Parameters.AddWithValue("to", offset);
        command.Parameters.AddWithValue("from", claim.NextOffset);
        command.Parameters.AddWithValue("stream", claim.StreamId);
        command.Parameters.AddWithValue("partition", claim.Partition);
        command.Parameters.AddWithValue("epoch", claim.Epoch);
        // Not moved: another took over, and the first batch finds it out.
        await command.ExecuteNonQueryAsync(cancellationToken);
        return claim with { NextOffset = offset, Last = null };
    }

    /// <summary>Moves the offsets of the partitions that are still owned, and returns those; the others' records must not be counted.</summary>
    internal static NpgsqlBatchCommand AdvanceCommand(IReadOnlyCollection<PartitionBatch> batches)
    {
        var command = Command(AdvanceSql, batches);
        var last = batches.Select(batch => batch.Last).ToList();
        command.Parameters.Add(SqlArray.Of("last_offsets", NpgsqlDbType.Bigint, last, record => record?.Offset));
        command.Parameters.Add(SqlArray.Of("last_hashes", NpgsqlDbType.Bigint, last, record => record?.Hash));
        return command;
    }

    /// <summary>Which batches an earlier attempt committed without learning of it: same owner, offset already at the end.</summary>
    internal static async Task<HashSet<int>> AlreadyStoredAsync(
        NpgsqlConnection connection, IReadOnlyCollection<PartitionBatch> batches, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(AlreadyStoredSql, batches) } };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        return await ReadPartitionsAsync(reader, cancellationToken);
    }

    internal static async Task<HashSet<int>> ReadPartitionsAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var partitions = new HashSet<int>();
        while (await reader.ReadAsync(cancellationToken))
            partitions.Add(reader.GetInt32(0));
        return partitions;
    }

    private static NpgsqlBatchCommand Command(string sql, IReadOnlyCollection<PartitionBatch> batches) => new(sql)
    {
        Parameters =
        {
            SqlArray.Of("streams", NpgsqlDbType.Integer, batches, batch => batch.Claim.StreamId),
            SqlArray.Of("partitions", NpgsqlDbType.Integer, batches, batch => batch.Claim.Partition),
            SqlArray.Of("epochs", NpgsqlDbType.Bigint, batches, batch => batch.Claim.Epoch),
            SqlArray.Of("starts", NpgsqlDbType.Bigint, batches, batch => batch.Claim.NextOffset),
            SqlArray.Of("ends", NpgsqlDbType.Bigint, batches, batch => batch.End),
        },
    };
}

/// <summary>The topic was deleted and made again, or the cluster is another one: its offsets mean other events.</summary>
public sealed class StreamReplacedException(StreamIdentity identity) : Exception(
    $"Topic '{identity.Topic}' is not the one that was counted before (its id is {identity.TopicId}). "
    + "Events of the old topic that were not counted are not in this one. To count the new topic from its start, "
    + "set Ingest:AcceptReplacedTopic to true and restart.");
