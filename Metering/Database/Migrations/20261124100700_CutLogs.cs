using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Remembers that a partition's log once ended before what was counted: its offsets mean other records since, also when it has grown past that again.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124100700_CutLogs")]
public sealed class CutLogs : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("alter table ingest_offsets add column is_cut boolean not null default false");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table ingest_offsets drop column is_cut");
}
