using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>From which segment on a meter counted: where that is gone, not all that it counted can be counted anew.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124190100_FirstSegments")]
public sealed class FirstSegments : Migration
{
    // Nobody wrote down where those that exist began, so they are taken to have counted from the very first.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table meter_backfills add column first_segment integer not null default 1;
        alter table meter_backfills alter column first_segment drop default;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table meter_backfills drop column first_segment");
}
