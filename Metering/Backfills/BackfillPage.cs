using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Rollups;
using Npgsql;

namespace CloudNative.Metering.Backfills;

/// <summary>The next stored events of a backfill, counted by the code that the sink counts with, and written with the position behind them.</summary>
internal sealed class BackfillPage
{
    // Also events of other types, without their bytes: so a page ends in time however rare the meter's type is.
    private const string EventsSql = """
        select time, key, stream_id, partition, "offset",
               case when type = @type then subject end, case when type = @type and @reads_data then event end, ingested_at
        from usage_events
        where segment = @segment and tenant_id = @tenant and time >= @floor and (time, key) > (@time, @key)
        order by time, key
        limit @limit
        """;

    private readonly CountingMeter _meter;
    private readonly BackfillClaim _claim;
    private readonly MeterStarts _starts;
    private readonly RollupDeltas _rollups = new();
    private byte[] _buffer = [];
    private BackfillPosition _position;
    private BackfillPosition _lastEvent;
    private int _lostSegments;
    private long _refused;
    private string? _error;
    private bool _isDone;

    private BackfillPage(CountingMeter meter, BackfillClaim claim, MeterStarts starts) =>
        (_meter, _claim, _starts, _position) = (meter, claim, starts, claim.Position);

    /// <summary>Where the next page begins; null behind the last.</summary>
    public BackfillPosition? Next => _isDone ? null : _position;

    public long Scanned { get; private set; }

    public long Counted { get; private set; }

    /// <summary>Reads and counts up to <paramref name="size"/> events, of as many segments as that takes. Writes nothing, and holds no lock afterwards.</summary>
    public static async Task<BackfillPage> ReadAsync(
        NpgsqlConnection connection, CountingMeter meter, BackfillClaim claim, int size, CancellationToken cancellationToken)
    {
        var page = new BackfillPage(meter, claim, await MeterStarts.LoadAsync(connection, meter.Id, cancellationToken));
        while (!page._isDone)
        {
            await page.ReadSegmentAsync(connection, size - page.Scanned, cancellationToken);
            if (page.Scanned == size)
                break;
            await page.NextSegmentAsync(connection, cancellationToken);
        }

        return page;
    }

    /// <summary>One short transaction: the counting lock, so that nothing else is held while it is waited for; the position, which must not have moved; what was counted.</summary>
    public async Task<BackfillStep> WriteAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var counting = new NpgsqlCommand(CountingLock.SharedSql, connection);
        await counting.ExecuteNonQueryAsync(cancellationToken);
        try
        {
            if (!await AdvanceAsync(connection, cancellationToken))
                return new BackfillStep(_meter.Id, 0, 0, IsDone: false, IsLost: true);
            await WriteRollupsAsync(connection, cancellationToken);
        }
        catch (PostgresException e) when (MeterBackfill.IsRefusal(e) && Scanned == 1)
        {
            await transaction.RollbackAsync(cancellationToken);
            return await PassOverAsync(connection, e, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return new BackfillStep(_meter.Id, Scanned, Counted, _isDone, IsLost: false);
    }

    private async Task<BackfillStep> PassOverAsync(NpgsqlConnection connection, PostgresException refusal, CancellationToken cancellationToken)
    {
        Refuse(refusal);
        Counted = 0;
        var moved = await AdvanceAsync(connection, cancellationToken);
        return new BackfillStep(_meter.Id, moved ? 1 : 0, 0, moved && _isDone, IsLost: !moved);
    }

    private async Task ReadSegmentAsync(NpgsqlConnection connection, long limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(EventsSql, connection);
        var floor = _meter.EventFrom > _position.Time ? _meter.EventFrom.Value : _position.Time;
        command.Parameters.AddWithValue("type", _meter.EventType);
        command.Parameters.AddWithValue("reads_data", _meter.ReadsData);
        command.Parameters.AddWithValue("segment", _position.Segment);
        command.Parameters.AddWithValue("tenant", _meter.TenantId.ToUuid());
        command.Parameters.AddWithValue("floor", floor);
        command.Parameters.AddWithValue("time", _position.Time);
        command.Parameters.AddWithValue("key", _position.Key);
        command.Parameters.AddWithValue("limit", limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            Scanned++;
            _lastEvent = _position = _position with { Time = reader.GetFieldValue<DateTimeOffset>(0), Key = reader.GetGuid(1) };
            var order = new EventOrder(
                _position.Time, reader.GetFieldValue<DateTimeOffset>(7), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt64(4));
            if (!reader.IsDBNull(5) && !_starts.IsLive(order.StreamId, order.Partition, order.Offset))
                Count(reader, order);
        }
    }

    private void Count(NpgsqlDataReader reader, EventOrder order)
    {
        try
        {
            var subject = reader.GetString(5);
            using var data = reader.IsDBNull(6) ? null : StoredEventData.Parse(Bytes(reader, 6));
            if (!_meter.TryCount(subject, order.Time, data?.RootElement ?? default, out var contribution, out _))
                return;

            _rollups.Add(contribution, order);
            Counted++;
        }
        catch (Exception e) when (e is not NpgsqlException)
        {
            // Whatever is wrong with one event must not hold up all behind it.
            Refuse(e);
        }
    }

    private void Refuse(Exception exception)
    {
        _refused++;
        _error = $"An event at {_lastEvent.Time:O} (key {_lastEvent.Key}) could not be counted: {exception.Message}";
    }

    private ReadOnlyMemory<byte> Bytes(NpgsqlDataReader reader, int ordinal)
    {
        var length = (int)reader.GetBytes(ordinal, 0, null, 0, 0);
        if (_buffer.Length < length)
            _buffer = new byte[length * 2];
        reader.GetBytes(ordinal, 0, _buffer, 0, length);
        return _buffer.AsMemory(0, length);
    }

    /// <summary>Segments that retention has dropped before they were counted are passed over, and reported.</summary>
    private async Task NextSegmentAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (next, dropped) = await StoredSegments.AfterAsync(connection, _position.Segment, _claim.LastSegment, cancellationToken);
        _lostSegments += dropped;
        _isDone = next is null;
        if (next is { } segment)
            _position = BackfillPosition.StartOf(segment);
    }

    private async Task<bool> AdvanceAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(AdvanceSql, connection);
        var parameters = command.Parameters;
        parameters.AddWithValue("meter", _meter.Id.ToUuid());
        parameters.AddWithValue("tenant", _meter.TenantId.ToUuid());
        parameters.AddWithValue("old_segment", _claim.Position.Segment);
        parameters.AddWithValue("old_time", _claim.Position.Time);
        parameters.AddWithValue("old_key", _claim.Position.Key);
        parameters.AddWithValue("segment", _position.Segment);
        parameters.AddWithValue("time", _position.Time);
        parameters.AddWithValue("key", _position.Key);
        parameters.AddWithValue("counted", Counted);
        parameters.AddWithValue("scanned", Scanned);
        parameters.AddWithValue("refused", _refused);
        parameters.AddWithValue("lost", _lostSegments);
        parameters.AddWithValue("done", _isDone);
        parameters.AddWithValue("error", (object?)_error ?? DBNull.Value);
        return await command.ExecuteScalarAsync(cancellationToken) is 1L;
    }

    private async Task WriteRollupsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Counted == 0)
            return;

        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { RollupWriter.SeriesCommand([.. _rollups.Series.OrderBy(series => series.Key)]) },
        };
        foreach (var command in RollupWriter.Commands(_rollups, _claim.HoursSince))
            batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    // The total is what the books say was stored for the tenant: a guess, because retention drops events, and others come in meanwhile.
    // With the last page, the generation that this one replaces ends.
    private const string AdvanceSql = """
        with moved as (
            update meter_backfills set
                state = case when @done then 'done' else 'running' end,
                segment = @segment, cursor_time = @time, cursor_key = @key, claimed_until = '-infinity',
                counted = counted + @counted, scanned = scanned + @scanned, refused = refused + @refused, lost_segments = lost_segments + @lost,
                total = case
                    when @done then scanned + @scanned
                    else greatest(scanned + @scanned, coalesce(total, (select coalesce(sum(counted + unmatched), 0) from ledger where tenant_id = @tenant)))
                end,
                updated_at = now(), done_at = case when @done then now() end, error = coalesce(@error, error)
            where meter_id = @meter and done_at is null and segment = @old_segment and cursor_time = @old_time and cursor_key = @old_key
            returning meter_id
        ), ended as (
            delete from replaced_generations r using meters m, moved where @done and m.id = r.meter_id and m.generation = moved.meter_id returning r.generation
        ), retired as (
            insert into retired_generations (generation) select generation from ended
        )
        select count(*) from moved
        """;
}
