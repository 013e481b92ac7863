using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>What was answered to requests with an Idempotency-Key, for a day.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124140100_IdempotencyKeys")]
public sealed class IdempotencyKeys : Migration
{
    // fingerprint: SHA-256 of the request; claim: who carries it out; status is null until it is answered.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table idempotency_keys (
            tenant_id uuid not null,
            key text not null,
            fingerprint bytea not null,
            claim uuid not null,
            claimed_until timestamptz not null,
            created_at timestamptz not null default now(),
            status integer,
            headers jsonb,
            body bytea,
            primary key (tenant_id, key)
        );
        create index idempotency_keys_by_age on idempotency_keys (created_at);
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table idempotency_keys");
}
