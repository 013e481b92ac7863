using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Hours and days beside the minutes, so that a query over months does not read every minute of them.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124100500_CoarseRollups")]
public sealed class CoarseRollups : Migration
{
    // hours: 1 or 24 (of UTC). first_minute and last_minute: where the usage without windows begins and ends.
    // rollup_seals: minutes before these times are in the hours and days, too; whoever adds to such a minute adds to them.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table coarse_rollups (
            series uuid not null,
            hours smallint not null,
            start timestamptz not null,
            events bigint not null,
            total numeric,
            first_minute timestamptz not null,
            last_minute timestamptz not null,
            primary key (series, hours, start)
        ) with (fillfactor = 80);
        create index coarse_rollups_by_start on coarse_rollups using brin (start) with (autosummarize = on);
        create index rollups_by_minute on rollups using brin (minute) with (autosummarize = on);
        create table rollup_seals (hours_until timestamptz not null, days_until timestamptz not null);
        insert into rollup_seals values (date_trunc('hour', now(), 'UTC'), date_trunc('day', now(), 'UTC'));
        insert into coarse_rollups
        select series, grain.hours, date_trunc(grain.unit, minute, 'UTC'), sum(events), sum(total), min(minute), max(minute)
        from rollups, rollup_seals, lateral (values (1, 'hour', hours_until), (24, 'day', days_until)) as grain (hours, unit, until)
        where minute < grain.until
        group by 1, 2, 3;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("drop index rollups_by_minute; drop table coarse_rollups, rollup_seals;");
}
