using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>The other side of the books: what the API answered with 2xx. Each process has rows of its own, so that none waits for another.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124100100_Acknowledged")]
public sealed class Acknowledged : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table acknowledged (
            tenant_id uuid not null,
            minute timestamptz not null,
            instance uuid not null,
            events bigint not null,
            primary key (tenant_id, minute, instance)
        ) with (fillfactor = 80);
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("drop table acknowledged;");
}
