using System.Diagnostics;
using CloudNative.Bench.Harness;
using CloudNative.Bench.Servers;
using CloudNative.Metering.Database;
using Npgsql;
using NpgsqlTypes;

namespace CloudNative.Bench.Load;

/// <summary>The denominator: what an event has to store, copied into a table by one connection in PostgreSQL's fastest way.</summary>
internal static class CopyRows
{
    /// <summary>D0 without, D1 with <paramref name="unique"/>. Measures the COPY and its commit.</summary>
    public static async Task<Throughput> RunAsync(
        DataServers servers, Ulid tenantId, IReadOnlyList<BenchEvent> events, bool unique, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(servers.Postgres);
        await connection.OpenAsync(cancellationToken);
        await ExecuteAsync(connection, $"""
            drop table if exists copied;
            create table copied (
                tenant_id uuid not null, source text not null, id text not null, type text not null, subject text not null,
                time timestamptz not null, ingested_at timestamptz not null, event bytea not null{(unique ? ", unique (tenant_id, source, id)" : "")})
            """, cancellationToken);
        await ExecuteAsync(connection, "checkpoint", cancellationToken);

        var (processor, started) = (ProcessorSeconds(servers), Stopwatch.GetTimestamp());
        var copied = Copy(connection, tenantId.ToUuid(), events);
        var throughput = Throughput.Of(events.Count, Stopwatch.GetElapsedTime(started), ProcessorSeconds(servers) - processor);
        CountMismatchException.ThrowUnless(events.Count, (long)copied, "Copied rows");
        await using var count = new NpgsqlCommand("select count(*) from copied", connection);
        CountMismatchException.ThrowUnless(events.Count, (long)(await count.ExecuteScalarAsync(cancellationToken))!, "Rows in the table");
        await ExecuteAsync(connection, "drop table copied", cancellationToken);
        return throughput;
    }

    private static double ProcessorSeconds(DataServers servers) =>
        Environment.CpuUsage.TotalTime.TotalSeconds + ProcessUsage.ProcessorSeconds(servers.PostgresProcess);

    private static ulong Copy(NpgsqlConnection connection, Guid tenantId, IReadOnlyList<BenchEvent> events)
    {
        using var copy = connection.BeginBinaryImport(
            "copy copied (tenant_id, source, id, type, subject, time, ingested_at, event) from stdin (format binary)");
        foreach (var one in events)
        {
            copy.StartRow();
            copy.Write(tenantId, NpgsqlDbType.Uuid);
            copy.Write(BenchEvent.Source, NpgsqlDbType.Text);
            copy.Write(one.Id, NpgsqlDbType.Text);
            copy.Write(BenchEvent.Type, NpgsqlDbType.Text);
            copy.Write(one.Subject, NpgsqlDbType.Text);
            copy.Write(one.Time.UtcDateTime, NpgsqlDbType.TimestampTz);
            copy.Write(one.Time.UtcDateTime, NpgsqlDbType.TimestampTz);
            copy.Write(one.Json, NpgsqlDbType.Bytea);
        }

        return copy.Complete();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
