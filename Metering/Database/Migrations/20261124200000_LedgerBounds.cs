using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>How far the log is known to be counted, from when on the books are kept, and what a recounted hour was missing.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124200000_LedgerBounds")]
public sealed class LedgerBounds : Migration
{
    // Hours that were recounted before are recounted once more: their acknowledged side was not looked at.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table ledger_bounds (counted_until timestamptz, kept_from timestamptz);
        insert into ledger_bounds values (null, null);
        alter table recounts
            add column acknowledged bigint not null default 0,
            add column pending bigint not null default 0,
            add column missing bigint not null default 0;
        drop index recounts_with_differences;
        create index recounts_to_tell on recounts (hour) where differences > 0 or missing > 0;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop table ledger_bounds;
        alter table recounts drop column acknowledged, drop column pending, drop column missing;
        create index recounts_with_differences on recounts (hour) where differences > 0;
        """);
}
