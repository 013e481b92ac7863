using CloudNative.Metering.Audit;
using CloudNative.Tests;
using Npgsql;

namespace CloudNative.Metering.Tests.Audit;

public sealed class AuditLogTests(TestServers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("update audit set action = 'nothing'")]
    [InlineData("delete from audit")]
    [InlineData("truncate audit")]
    public async Task Audit_Changed_IsRefused(string sql)
    {
        await using var database = await MeteringDatabase.CreateAsync(servers);
        await using var batch = database.Source.CreateBatch();
        batch.BatchCommands.Add(AuditLog.AddCommand(
            database.TenantId, new AuditEntry(Ulid.NewUlid(), MeteringDatabase.Noon, Ulid.NewUlid(), AuditAction.DeadLetterReplayed, Ulid.NewUlid(), "{}", "{}")));
        await batch.ExecuteNonQueryAsync(Cancellation);

        await using var change = database.Source.CreateCommand(sql);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => change.ExecuteNonQueryAsync(Cancellation));

        Assert.Equal(PostgresErrorCodes.RestrictViolation, refusal.SqlState);
        Assert.Single(await new AuditLog(database.Source).ListAsync(database.TenantId, new AuditFilter { Limit = 10 }, Cancellation));
    }
}
