using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>What people want to know of subjects: a name, and notes.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124160100_Subjects")]
public sealed class Subjects : Migration
{
    // metadata: JSON as it was sent. jsonb would refuse some numbers and texts that JSON allows.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table subjects (
            id uuid constraint pk_subjects primary key,
            tenant_id uuid not null constraint fk_subjects_tenants_tenant_id references tenants on delete restrict,
            key text not null,
            display_name text,
            metadata text,
            created_at timestamptz not null,
            updated_at timestamptz not null
        );
        create unique index ix_subjects_tenant_id_key on subjects (tenant_id, key);
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table subjects");
}
