using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>From when on a meter's hours are complete: a backfill rolls what is older up to days only.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124100600_BackfillHours")]
public sealed class BackfillHours : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table meter_backfills add column hours_since timestamptz not null default '-infinity';
        update meter_backfills set hours_since = (select days_until from rollup_seals) where done_at is null;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table meter_backfills drop column hours_since");
}
