using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Up to which offset a partition's records may have been counted long ago, in another stream: they are looked for in all events that are kept.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124190000_RecordsReadAgain")]
public sealed class RecordsReadAgain : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("alter table ingest_offsets add column read_again_until bigint not null default 0");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table ingest_offsets drop column read_again_until");
}
