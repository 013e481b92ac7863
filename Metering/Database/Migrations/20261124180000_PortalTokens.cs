using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Tokens that show one subject its own usage.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124180000_PortalTokens")]
public sealed class PortalTokens : Migration
{
    // hash: SHA-256 of the token; allowed_meter_slugs is null where every meter may be asked; created_by: the API key.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table portal_tokens (
            id uuid primary key,
            tenant_id uuid not null references tenants (id),
            hash bytea not null unique,
            subject text not null,
            allowed_meter_slugs text[] check (cardinality(allowed_meter_slugs) > 0),
            created_by uuid not null,
            created_at timestamptz not null,
            expires_at timestamptz not null,
            invalidated_at timestamptz
        );
        create index portal_tokens_by_tenant on portal_tokens (tenant_id, id);
        create index portal_tokens_by_subject on portal_tokens (tenant_id, subject, id);
        create index portal_tokens_by_end on portal_tokens (expires_at);
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table portal_tokens");
}
