using System.Buffers;
using System.Text;
using System.Text.Json;
using CloudNative.Metering.Audit;
using CloudNative.Metering.Database;
using CloudNative.Metering.Events;
using CloudNative.Metering.Time;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Metering.DeadLetters;

/// <summary>What became of a change: no letter, a letter whose state does not allow it (unchanged), or the changed letter.</summary>
public sealed record DeadLetterChange(StoredDeadLetter? Letter, bool IsAllowed);

/// <summary>Changes the state of dead letters. Each change and its audit entry are one transaction.</summary>
public sealed class DeadLetterDesk(NpgsqlDataSource dataSource, TimeProvider clock)
{
    private const string LockSql = $"select {DeadLetterList.Columns} from dead_letters where tenant_id = @tenant and id = @id for update";

    private const string UpdateSql = """
        update dead_letters set state = @state, repaired = @repaired, repaired_key = coalesce(@key, repaired_key), discard_reason = @reason where id = @id
        """;

    /// <summary>Keeps a corrected event beside the original bytes; a second one replaces the first.</summary>
    public Task<DeadLetterChange> RepairAsync(Actor actor, Ulid id, UsageEvent repaired, CancellationToken cancellationToken) => ChangeAsync(
        actor, id, AuditAction.DeadLetterRepaired,
        letter => letter.State is DeadLetterState.Open or DeadLetterState.Repaired ? In(DeadLetterState.Repaired, letter) with { Repaired = repaired.Json } : null,
        UsageEventKey.Of(actor.TenantId, repaired.Source, repaired.Id), cancellationToken);

    /// <summary>
    /// Records that the letter's event is on the log again. To be called when the broker has acknowledged it: that is true whatever the state is. Only a letter that
    /// was repaired since stays as it is, because its new event is not on the log.
    /// </summary>
    /// <param name="actor">Who replays.</param>
    /// <param name="published">The letter as it was read for the replay.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<DeadLetterChange> RecordReplayAsync(Actor actor, StoredDeadLetter published, CancellationToken cancellationToken) => ChangeAsync(
        actor, published.Summary.Id, AuditAction.DeadLetterReplayed,
        letter => HasSameEvent(letter, published) ? In(DeadLetterState.Replayed, letter) with { DiscardReason = null } : null,
        null, cancellationToken);

    /// <summary>Decides that a letter is not to be counted.</summary>
    public Task<DeadLetterChange> DiscardAsync(Actor actor, Ulid id, string reason, CancellationToken cancellationToken) => ChangeAsync(
        actor, id, AuditAction.DeadLetterDiscarded,
        letter => letter.State is DeadLetterState.Open or DeadLetterState.Repaired ? In(DeadLetterState.Discarded, letter) with { DiscardReason = reason } : null,
        null, cancellationToken);

    private async Task<DeadLetterChange> ChangeAsync(
        Actor actor, Ulid id, string action, Func<StoredDeadLetter, StoredDeadLetter?> change, Guid? repairedKey, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockAsync(connection, actor.TenantId, id, cancellationToken) is not { } letter)
            return new DeadLetterChange(null, false);
        if (change(letter) is not { } changed)
            return new DeadLetterChange(letter, false);

        var entry = new AuditEntry(Ulid.NewUlid(), clock.GetUtcMicroseconds(), actor.ApiKeyId, action, id, Describe(letter), Describe(changed));
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(UpdateCommand(changed, repairedKey));
        batch.BatchCommands.Add(AuditLog.AddCommand(actor.TenantId, entry));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new DeadLetterChange(changed, true);
    }

    private static async Task<StoredDeadLetter?> LockAsync(NpgsqlConnection connection, Ulid tenantId, Ulid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockSql, connection);
        command.Parameters.AddWithValue("tenant", tenantId.ToUuid());
        command.Parameters.AddWithValue("id", id.ToUuid());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? DeadLetterList.Letter(reader) : null;
    }

    private static NpgsqlBatchCommand UpdateCommand(StoredDeadLetter letter, Guid? repairedKey) => new(UpdateSql)
    {
        Parameters =
        {
            new NpgsqlParameter("id", letter.Summary.Id.ToUuid()),
            new NpgsqlParameter("state", letter.State),
            SqlOptional.Of("repaired", NpgsqlDbType.Bytea, letter.Repaired?.ToArray()),
            SqlOptional.Of("key", NpgsqlDbType.Uuid, repairedKey),
            SqlOptional.Of("reason", NpgsqlDbType.Text, letter.DiscardReason),
        },
    };

    private static bool HasSameEvent(StoredDeadLetter one, StoredDeadLetter other) =>
        one.Repaired.HasValue == other.Repaired.HasValue && one.Repaired.GetValueOrDefault().Span.SequenceEqual(other.Repaired.GetValueOrDefault().Span);

    private static StoredDeadLetter In(string state, StoredDeadLetter letter) => letter with { Summary = letter.Summary with { State = state } };

    /// <summary>What can change of a letter, as JSON; its original bytes never do.</summary>
    private static string Describe(StoredDeadLetter letter)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("state", letter.State);
            if (letter.DiscardReason is { } reason)
                json.WriteString("reason", reason);
            if (letter.Repaired is { } repaired)
            {
                json.WritePropertyName("event");
                json.WriteRawValue(repaired.Span, skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
