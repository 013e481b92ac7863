using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Figures of MIN, MAX, LATEST and UNIQUE_COUNT. Meters that exist are of SUM and COUNT, so there is nothing to fill in.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124120000_Aggregations")]
public sealed class Aggregations : Migration
{
    // latest: the place of the event in the order of events, then its value (see LatestValue): the greatest array is the latest value.
    // Eight columns at most: the bits that say which of them are null then cost a row nothing.
    // distinct_values: 128 bits of SHA-256 over the value. hours: 0 for a minute, 1 or 24 for what is rolled up.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table rollups add column lowest numeric, add column highest numeric, add column latest numeric[];
        alter table coarse_rollups add column lowest numeric, add column highest numeric, add column latest numeric[];
        create table distinct_values (
            series uuid not null,
            hours smallint not null,
            start timestamptz not null,
            value uuid not null,
            primary key (series, hours, start, value)
        );
        create index distinct_values_by_start on distinct_values using brin (start) with (autosummarize = on);
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        drop table distinct_values;
        alter table coarse_rollups drop column lowest, drop column highest, drop column latest;
        alter table rollups drop column lowest, drop column highest, drop column latest;
        """);
}
