using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Which record of a partition was counted last: it is read again at each take-over, and another one in its place tells that the log was cut.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261130220000_LastCountedRecords")]
public sealed class LastCountedRecords : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("alter table ingest_offsets add column last_offset bigint, add column last_hash bigint");

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table ingest_offsets drop column last_offset, drop column last_hash");
}
