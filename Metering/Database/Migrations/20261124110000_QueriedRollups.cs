using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace CloudNative.Metering.Database.Migrations;

/// <summary>Lays out what queries read so that what they do not ask for costs them nothing: a meter's other subjects, and hours where days answer.</summary>
[DbContext(typeof(MeteringDbContext))]
[Migration("20261124110000_QueriedRollups")]
public sealed class QueriedRollups : Migration
{
    // Twenty-four times as many hours lay between the days, in the heap and in the index: a month of one subject read cold pages as the hours grew.
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table coarse_rollups rename to coarse_rollups_hours;
        alter index coarse_rollups_pkey rename to coarse_rollups_hours_pkey;
        alter index coarse_rollups_by_start rename to coarse_rollups_hours_by_start;
        create table coarse_rollups (like coarse_rollups_hours, primary key (series, hours, start)) partition by list (hours);
        create index coarse_rollups_by_start on coarse_rollups using brin (start) with (autosummarize = on);
        create table coarse_rollups_days partition of coarse_rollups for values in (24) with (fillfactor = 80);
        with day as (delete from coarse_rollups_hours where hours = 24 returning *)
        insert into coarse_rollups select * from day order by start;
        alter table coarse_rollups attach partition coarse_rollups_hours for values in (1);

        create index series_by_subject on series (meter_id, subject);
        drop index series_by_meter;
        """);

    protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create index series_by_meter on series (meter_id);
        drop index series_by_subject;

        alter table coarse_rollups detach partition coarse_rollups_hours;
        insert into coarse_rollups_hours select * from coarse_rollups;
        drop table coarse_rollups;
        alter table coarse_rollups_hours rename to coarse_rollups;
        alter index coarse_rollups_hours_pkey rename to coarse_rollups_pkey;
        alter index coarse_rollups_hours_by_start rename to coarse_rollups_by_start;
        """);
}
